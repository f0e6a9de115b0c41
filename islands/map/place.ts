import maplibre, { type Map as MapView, type Marker } from "maplibre-gl";

import { isInside, openGround, say, type Ground } from "./base";

class PlacePicker {
  private readonly map: MapView;
  private readonly marker: Marker;

  constructor(
    private readonly place: HTMLElement,
    private readonly ground: Ground,
  ) {
    this.map = ground.map;
    this.marker = new maplibre.Marker({ color: "#b32626", draggable: true });
    // The library names the mark, and a name needs a role.
    this.marker.getElement().setAttribute("role", "img");
    this.marker.on("dragend", () => {
      const { lng, lat } = this.marker.getLngLat();
      this.choose(lng, lat, this.mapCrs);
    });
    this.map.on("click", ({ lngLat }) => this.choose(lngLat.lng, lngLat.lat, this.mapCrs));
    this.on("[data-map-middle]", () => {
      const { lng, lat } = this.map.getCenter();
      this.choose(lng, lat, this.mapCrs);
    });
    this.on("[data-map-clear]", () => this.clear());
    this.on("[data-map-me]", () => this.locate());
    const [lng, lat] = [Number(this.field("lng")?.value), Number(this.field("lat")?.value)];
    if (lng && lat) {
      this.marker.setLngLat([lng, lat]).addTo(this.map);
      this.map.jumpTo({ center: [lng, lat], zoom: 16 });
      say(this.place, "chosen");
    }
  }

  private get mapCrs(): string {
    return this.place.dataset["mapCrs"] ?? "";
  }

  private on(selector: string, act: () => void): void {
    this.place.querySelector(selector)?.addEventListener("click", act);
  }

  private field(name: string): HTMLInputElement | null {
    return this.place.querySelector<HTMLInputElement>(`[data-map-field=${name}] input, input[data-map-field=${name}]`);
  }

  private set(name: string, value: string): void {
    const field = this.field(name);
    if (!field) return;
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  private choose(lng: number, lat: number, crs: string): void {
    this.set("lng", lng.toFixed(6));
    this.set("lat", lat.toFixed(6));
    this.set("crs", crs);
    this.marker.setLngLat([lng, lat]).addTo(this.map);
    say(this.place, isInside([lng, lat], this.ground.outlines) ? "chosen" : "outside");
  }

  private clear(): void {
    for (const name of ["lng", "lat", "crs"]) this.set(name, "");
    this.marker.remove();
    say(this.place, "cleared");
  }

  private locate(): void {
    if (!("geolocation" in navigator)) {
      say(this.place, "no-position");
      return;
    }
    say(this.place, "locating");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.map.flyTo({ center: [coords.longitude, coords.latitude], zoom: 16 });
        this.choose(coords.longitude, coords.latitude, this.place.dataset["deviceCrs"] ?? "");
      },
      () => say(this.place, "no-position"),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    );
  }
}

/** Where is it? A tap, the device's own position, the middle of the map; or words, without any map. */
export async function startPlace(place: HTMLElement): Promise<void> {
  try {
    new PlacePicker(place, await openGround(place));
    place.querySelector<HTMLElement>("[data-map-tools]")?.removeAttribute("hidden");
  } catch {
    say(place, "no-map");
  }
}
