import type { FeatureCollection, Position } from "geojson";
import type { LngLatBoundsLike } from "maplibre-gl";

/** Every corner of every outline. */
export function corners(outlines: FeatureCollection): Position[] {
  return outlines.features.flatMap(({ geometry }) => {
    if (geometry.type === "Polygon") return geometry.coordinates.flat();
    if (geometry.type === "MultiPolygon") return geometry.coordinates.flat(2);
    return [];
  });
}

export function boundsOf(positions: Position[]): LngLatBoundsLike | null {
  if (positions.length === 0) return null;
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const [x = 0, y = 0] of positions) {
    [west, east] = [Math.min(west, x), Math.max(east, x)];
    [south, north] = [Math.min(south, y), Math.max(north, y)];
  }
  return [west, south, east, north];
}
