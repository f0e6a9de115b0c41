import type { Feature, Polygon, Position } from "geojson";
import maplibre, { type GeoJSONSource, type Map as MapView, type Marker } from "maplibre-gl";

import { openGround, say } from "./base";
import { boundsOf } from "./outlines";

function parse(text: string): Position[] | null {
  if (text.trim() === "") return [];
  try {
    const found = JSON.parse(text) as Polygon | Feature<Polygon>;
    const shape = found.type === "Feature" ? found.geometry : found;
    // A hole or a second part is beyond this editor; the text stays as it is.
    if (shape.type !== "Polygon" || shape.coordinates.length !== 1) return null;
    return shape.coordinates[0]?.slice(0, -1) ?? null;
  } catch {
    return null;
  }
}

function distanceToEdge(map: MapView, at: Position, from: Position, to: Position): number {
  const [p, a, b] = [at, from, to].map((position) => map.project(position as [number, number]));
  if (!p || !a || !b) return Infinity;
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const along = ((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.max(0, Math.min(1, along));
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

class OutlineEditor {
  private ring: Position[] = [];
  private markers: Marker[] = [];
  private past: Position[][] = [];

  constructor(
    private readonly place: HTMLElement,
    private readonly text: HTMLTextAreaElement,
    private readonly map: MapView,
  ) {
    map.addSource("drawn", { type: "geojson", data: this.shape() });
    map.addLayer({ id: "drawn-fill", type: "fill", source: "drawn", paint: { "fill-color": "#b32626", "fill-opacity": 0.15 } });
    map.addLayer({ id: "drawn-line", type: "line", source: "drawn", paint: { "line-color": "#b32626", "line-width": 3 } });
    map.on("click", ({ lngLat }) => this.add([lngLat.lng, lngLat.lat]));
    this.on("[data-map-middle]", () => {
      const { lng, lat } = map.getCenter();
      this.add([lng, lat]);
    });
    this.on("[data-map-undo]", () => this.undo());
    this.on("[data-map-clear]", () => this.change([]));
    text.addEventListener("change", () => this.readText());
    this.readText();
    const bounds = boundsOf(this.ring);
    if (bounds && this.ring.length > 2) map.fitBounds(bounds, { padding: 48, animate: false });
  }

  private on(selector: string, act: () => void): void {
    this.place.querySelector(selector)?.addEventListener("click", act);
  }

  private readText(): void {
    const ring = parse(this.text.value);
    if (ring === null) {
      say(this.place, "text-only");
      return;
    }
    this.ring = ring;
    this.show();
  }

  /** A new corner goes into the edge it lies nearest to, so that an outline never folds over itself by order. */
  private add(at: Position): void {
    const ring = [...this.ring];
    if (ring.length < 3) ring.push(at);
    else {
      const distances = ring.map((from, index) => distanceToEdge(this.map, at, from, ring[(index + 1) % ring.length] ?? from));
      ring.splice(distances.indexOf(Math.min(...distances)) + 1, 0, at);
    }
    this.change(ring);
  }

  private undo(): void {
    const before = this.past.pop();
    if (before) this.change(before, false);
  }

  private change(ring: Position[], remember = true): void {
    if (remember) this.past.push(this.ring);
    this.ring = ring.map(([x = 0, y = 0]) => [Number(x.toFixed(6)), Number(y.toFixed(6))]);
    this.text.value = this.ring.length < 3 ? "" : JSON.stringify(this.shape().geometry);
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.show();
  }

  private shape(): Feature<Polygon> {
    const ring = this.ring.length ? [...this.ring, this.ring[0] as Position] : [];
    return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
  }

  private show(): void {
    this.map.getSource<GeoJSONSource>("drawn")?.setData(this.shape());
    this.markers.forEach((marker) => marker.remove());
    this.markers = this.ring.map((position, index) => this.corner(position, index));
    say(this.place, this.ring.length < 3 ? "corners" : "outline");
  }

  private corner(position: Position, index: number): Marker {
    const handle = document.createElement("button");
    handle.type = "button";
    handle.className = "ll-map-corner";
    const marker = new maplibre.Marker({ element: handle, draggable: true });
    marker.setLngLat(position as [number, number]).addTo(this.map);
    // Only now: the library gives every mark the same name when it is put down.
    handle.setAttribute("aria-label", `${this.place.getAttribute("data-word-corner") ?? ""} ${index + 1}`);
    marker.on("dragend", () => {
      const { lng, lat } = marker.getLngLat();
      this.move(index, [lng, lat]);
    });
    handle.addEventListener("click", (event) => event.stopPropagation());
    handle.addEventListener("keydown", (event) => this.key(event, index));
    return marker;
  }

  private move(index: number, to: Position): void {
    this.change(this.ring.map((old, at) => (at === index ? to : old)));
  }

  private key(event: KeyboardEvent, index: number): void {
    const by = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] }[event.key];
    const here = this.ring[index];
    if (event.key === "Delete" || event.key === "Backspace") this.change(this.ring.filter((_, at) => at !== index));
    else if (by && here) {
      const point = this.map.project(here as [number, number]);
      const to = this.map.unproject([point.x + (by[0] ?? 0), point.y + (by[1] ?? 0)]);
      this.move(index, [to.lng, to.lat]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    this.markers[Math.min(index, this.markers.length - 1)]?.getElement().focus();
  }
}

/** An outline drawn corner by corner; what is sent is the text beside it. */
export async function startOutline(place: HTMLElement): Promise<void> {
  const text = place.querySelector("textarea");
  if (!text) return;
  try {
    const { map } = await openGround(place);
    new OutlineEditor(place, text, map);
    place.querySelector<HTMLElement>("[data-map-tools]")?.removeAttribute("hidden");
  } catch {
    say(place, "no-map");
  }
}
