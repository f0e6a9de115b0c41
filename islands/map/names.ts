import type { FeatureCollection } from "geojson";
import maplibre, { type LngLatBounds, type Map as MapView } from "maplibre-gl";

import { boundsOf, corners } from "./outlines";

interface Name {
  label: HTMLElement;
  bounds: LngLatBounds;
  size: number;
  share: number;
}

type Box = readonly [left: number, top: number, right: number, bottom: number];

const NAMES_AT_MOST = 150;
const GAP = 4;
// How much of its name must fit into an outline; what holds others is what people look for first.
const OF_ONE = 0.75;
const OF_SEVERAL = 0.4;

function nameOf(feature: FeatureCollection["features"][number]): Name | null {
  const name: unknown = feature.properties?.["name"];
  const around = boundsOf(corners({ type: "FeatureCollection", features: [feature] }));
  if (typeof name !== "string" || !around) return null;
  const bounds = maplibre.LngLatBounds.convert(around);
  const label = document.createElement("span");
  label.className = "ll-map-name";
  label.textContent = name;
  const size = (bounds.getEast() - bounds.getWest()) * (bounds.getNorth() - bounds.getSouth());
  return { label, bounds, size, share: OF_ONE };
}

function boxOf({ label, bounds }: Name, map: MapView): Box {
  const { x, y } = map.project(bounds.getCenter());
  const [across, down] = [label.offsetWidth / 2 + GAP, label.offsetHeight / 2 + GAP];
  return [x - across, y - down, x + across, y + down];
}

function overlap(one: Box, other: Box): boolean {
  return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
}

/** Whether the outline is so small on the screen that its name would be written over its neighbours. */
function isTooSmall({ label, bounds, share }: Name, map: MapView): boolean {
  const [west, east] = [map.project(bounds.getSouthWest()).x, map.project(bounds.getNorthEast()).x];
  return east - west < label.offsetWidth * share;
}

/** Names are read only where they do not lie over each other: the larger area goes first. */
function spread(names: Name[], map: MapView): void {
  const taken: Box[] = [];
  for (const name of names) {
    const box = boxOf(name, map);
    const hidden = isTooSmall(name, map) || taken.some((other) => overlap(box, other));
    name.label.style.visibility = hidden ? "hidden" : "visible";
    if (!hidden) taken.push(box);
  }
}

/** An outline that only holds all the others says nothing about where one is. */
function isFrame(name: Name, all: Name[]): boolean {
  return all.length > 2 && all.every((other) => name === other || (other.size < name.size && holds(name.bounds, other.bounds)));
}

function holds(outer: LngLatBounds, inner: LngLatBounds): boolean {
  return outer.contains(inner.getSouthWest()) && outer.contains(inner.getNorthEast());
}

/** The names of the outlines, as many as can be read at this distance. */
export function addNames(map: MapView, outlines: FeatureCollection): void {
  if (outlines.features.length > NAMES_AT_MOST) return;
  const all = outlines.features.map(nameOf).filter((name) => name !== null);
  const names = all.filter((name) => !isFrame(name, all)).sort((one, other) => other.size - one.size);
  for (const name of names) {
    if (names.some((other) => other.size < name.size / 2 && holds(name.bounds, other.bounds))) name.share = OF_SEVERAL;
  }
  for (const { label, bounds } of names) {
    new maplibre.Marker({ element: label }).setLngLat(bounds.getCenter()).addTo(map);
  }
  map.on("moveend", () => spread(names, map));
  map.on("resize", () => spread(names, map));
  spread(names, map);
}
