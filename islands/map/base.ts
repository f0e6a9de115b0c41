import type { FeatureCollection, Position } from "geojson";
import maplibre, { type Map as MapView } from "maplibre-gl";

import { word } from "../shell/dom";
import { addNames } from "./names";
import { boundsOf, corners } from "./outlines";

export interface Ground {
  map: MapView;
  outlines: FeatureCollection;
}

function isInRing([x = 0, y = 0]: Position, ring: Position[]): boolean {
  let inside = false;
  ring.forEach(([ax = 0, ay = 0], index) => {
    const [bx = 0, by = 0] = ring[(index + 1) % ring.length] ?? [];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  });
  return inside;
}

/** A first word to the person on the spot; which grid it is, the server says. */
export function isInside(point: Position, outlines: FeatureCollection): boolean {
  return outlines.features.some(({ geometry }) => {
    const parts =
      geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
    return parts.some((rings) => rings.filter((ring) => isInRing(point, ring)).length % 2 === 1);
  });
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const GROUND = { "fill-opacity": 0.12 };

function paint(map: MapView): void {
  map.setPaintProperty("back", "background-color", colour("--ll-grey-soft"));
  map.setPaintProperty("ground", "fill-color", colour("--ll-accent"));
  map.setPaintProperty("edges", "line-color", colour("--ll-accent"));
}

/** A map of the house's own outlines: no tiles, no fonts, nothing from elsewhere. */
export async function openGround(place: HTMLElement): Promise<Ground> {
  maplibre.setWorkerUrl(place.dataset["worker"] ?? "");
  const answer = await fetch(place.dataset["outlines"] ?? "");
  if (!answer.ok) throw new Error(`outlines: ${answer.status}`);
  const outlines = (await answer.json()) as FeatureCollection;
  const frame = document.createElement("div");
  frame.className = place.hasAttribute("data-tall") ? "ll-map ll-map-tall" : "ll-map";
  place.querySelector("[data-map-here]")?.replaceChildren(frame);
  const bounds = boundsOf(corners(outlines));
  const map = new maplibre.Map({
    container: frame,
    style: {
      version: 8,
      sources: { outlines: { type: "geojson", data: outlines } },
      layers: [
        { id: "back", type: "background", paint: { "background-color": "#e9eeed" } },
        { id: "ground", type: "fill", source: "outlines", paint: GROUND },
        { id: "edges", type: "line", source: "outlines", paint: { "line-width": 1.5 } },
      ],
    },
    ...(bounds ? { bounds, fitBoundsOptions: { padding: 24 } } : {}),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    cooperativeGestures: false,
    locale: {
      "Map.Title": word("map", place),
      "NavigationControl.ZoomIn": word("zoom-in", place),
      "NavigationControl.ZoomOut": word("zoom-out", place),
      "Marker.Title": word("chosen", place),
    },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  await new Promise((ready) => map.once("load", ready));
  paint(map);
  new MutationObserver(() => paint(map)).observe(document.documentElement, { attributeFilter: ["data-bs-theme", "class"] });
  // A map that carries letters has no room for names; it says them when one points at a grid.
  if (!place.hasAttribute("data-figures")) addNames(map, outlines);
  return { map, outlines };
}

export function say(place: HTMLElement, name: string): void {
  const said = place.querySelector<HTMLElement>("[data-map-said]");
  if (said) said.textContent = word(name, place);
}
