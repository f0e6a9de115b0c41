import type { Feature, FeatureCollection } from "geojson";
import type { GeoJSONSource, Map as MapView } from "maplibre-gl";

import { openGround, say, type Ground } from "./base";
import { boundsOf, corners } from "./outlines";

interface Figures {
  as_of: string;
  rest: string;
  grids: Record<string, [value: number, mark: string]>;
}

const MARKS = ["A", "B", "C", "D", "E"] as const;
const GRID = 5;
const PAUSE = 3_000;
const TILE = 24;

/** The colours of the legend, so that the map and the table never disagree. */
function colourOf(mark: string): string {
  const probe = document.createElement("span");
  probe.className = `ll-mark ll-mark-${mark}`;
  document.body.append(probe);
  const found = getComputedStyle(probe).backgroundColor;
  probe.remove();
  return found;
}

function canvas(size: number, draw: (pen: CanvasRenderingContext2D) => void): ImageData {
  const board = document.createElement("canvas");
  board.width = board.height = size;
  const pen = board.getContext("2d");
  if (!pen) throw new Error("no canvas");
  draw(pen);
  return pen.getImageData(0, 0, size, size);
}

/** Nothing, dots, lines, crossed lines, thick lines: the mark is read without its colour. */
function pattern(mark: string): ImageData {
  return canvas(TILE, (pen) => {
    pen.strokeStyle = pen.fillStyle = "rgba(20, 30, 30, 0.34)";
    pen.lineWidth = mark === "E" ? 5 : 2;
    if (mark === "B") {
      pen.beginPath();
      pen.arc(TILE / 2, TILE / 2, 2.5, 0, 2 * Math.PI);
      pen.fill();
    }
    if (mark === "C" || mark === "D" || mark === "E") line(pen, 0, TILE, TILE, 0);
    if (mark === "D") line(pen, 0, 0, TILE, TILE);
  });
}

function line(pen: CanvasRenderingContext2D, x: number, y: number, toX: number, toY: number): void {
  const [dx, dy] = [toX - x, toY - y];
  pen.beginPath();
  // Once more on either side, so that the tiles meet without a gap.
  for (const shift of [-1, 0, 1]) {
    pen.moveTo(x + shift * dx, y - shift * dy);
    pen.lineTo(toX + shift * dx, toY - shift * dy);
  }
  pen.moveTo(x, y);
  pen.lineTo(toX, toY);
  pen.stroke();
}

function letter(mark: string): ImageData {
  const size = 44;
  return canvas(size, (pen) => {
    pen.fillStyle = "rgba(255, 255, 255, 0.94)";
    pen.beginPath();
    pen.arc(size / 2, size / 2, size / 2 - 4, 0, 2 * Math.PI);
    pen.fill();
    pen.fillStyle = "#182826";
    pen.font = "bold 26px sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(mark, size / 2, size / 2 + 2);
  });
}

class CommandMap {
  private readonly grids: Feature[];
  private readonly map: MapView;
  private asked = 0;
  private waiting = false;

  constructor(
    private readonly place: HTMLElement,
    ground: Ground,
  ) {
    this.map = ground.map;
    this.grids = ground.outlines.features.filter((one) => one.properties?.["level"] === GRID);
    for (const mark of MARKS) {
      this.map.addImage(`pattern-${mark}`, pattern(mark), { pixelRatio: 2 });
      this.map.addImage(`letter-${mark}`, letter(mark), { pixelRatio: 2 });
    }
    this.addLayers();
    this.map.on("click", "figure-fill", ({ features }) => {
      const code: unknown = features?.[0]?.properties["code"];
      if (typeof code === "string") this.open(code);
    });
    this.map.on("mousemove", "figure-fill", ({ features }) => this.name(features?.[0]?.properties ?? {}));
    this.map.on("mouseleave", "figure-fill", () => {
      this.map.getCanvas().style.cursor = "";
      say(place, "shown");
    });
    document.addEventListener("htmx:afterSettle", () => this.showChosen());
    place.addEventListener("live", () => this.soon());
    new MutationObserver(() => this.paint()).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    this.showChosen();
    void this.fetch();
  }

  private addLayers(): void {
    const nothing: FeatureCollection = { type: "FeatureCollection", features: [] };
    this.map.addSource("figures", { type: "geojson", data: nothing });
    this.map.addLayer({ id: "figure-fill", type: "fill", source: "figures", paint: { "fill-opacity": 0.82 } }, "edges");
    this.map.addLayer(
      { id: "figure-pattern", type: "fill", source: "figures", filter: ["!=", ["get", "mark"], "-"], paint: { "fill-pattern": ["concat", "pattern-", ["get", "mark"]] } },
      "edges",
    );
    this.map.addLayer({ id: "figure-chosen", type: "line", source: "figures", filter: ["==", ["get", "code"], ""], paint: { "line-width": 5 } });
    this.map.addLayer({
      id: "figure-letter",
      type: "symbol",
      source: "figures",
      filter: ["!=", ["get", "mark"], "-"],
      layout: { "icon-image": ["concat", "letter-", ["get", "mark"]], "icon-size": 0.8 },
    });
    this.paint();
  }

  private paint(): void {
    const colours = MARKS.flatMap((mark) => [mark, colourOf(mark)]);
    this.map.setPaintProperty("figure-fill", "fill-color", ["match", ["get", "mark"], ...colours, "rgba(0, 0, 0, 0)"]);
    this.map.setPaintProperty("figure-chosen", "line-color", getComputedStyle(document.body).color);
  }

  /** Many changes in a moment are one question. */
  private soon(): void {
    if (this.waiting) return;
    this.waiting = true;
    window.setTimeout(
      () => {
        this.waiting = false;
        void this.fetch();
      },
      Math.max(0, this.asked + PAUSE - Date.now()),
    );
  }

  private async fetch(): Promise<void> {
    this.asked = Date.now();
    try {
      const answer = await fetch(this.place.dataset["figures"] ?? "");
      if (!answer.ok) throw new Error(`figures: ${answer.status}`);
      this.show((await answer.json()) as Figures);
      say(this.place, "shown");
    } catch {
      say(this.place, "old");
    }
  }

  private show({ grids, rest }: Figures): void {
    const features = this.grids.map((grid) => {
      const [value, mark] = grids[String(grid.properties?.["code"])] ?? [0, rest];
      return { ...grid, properties: { ...grid.properties, value, mark } };
    });
    this.map.getSource<GeoJSONSource>("figures")?.setData({ type: "FeatureCollection", features });
  }

  private name({ name, value, mark }: Record<string, unknown>): void {
    this.map.getCanvas().style.cursor = "pointer";
    const said = this.place.querySelector<HTMLElement>("[data-map-said]");
    if (said) said.textContent = `${String(mark)} · ${String(name)} · ${String(value)}`;
  }

  private open(code: string): void {
    const url = new URL(this.place.dataset["gridUrl"] ?? "", window.location.href);
    url.searchParams.set("grid", code);
    document.dispatchEvent(new CustomEvent("ll:show", { detail: { url: url.pathname + url.search, target: "#now" } }));
  }

  private showChosen(): void {
    const chosen = document.getElementById("now")?.dataset["chosen"] ?? "";
    this.map.setFilter("figure-chosen", ["==", ["get", "code"], chosen]);
  }
}

/** The grids in the colour, letter and pattern of one figure; the table beside it says the same. */
export async function startCommand(place: HTMLElement): Promise<void> {
  try {
    say(place, "loading");
    const ground = await openGround(place);
    // What is looked at is the grids; the county around them would make them small.
    const grids = ground.outlines.features.filter((one) => one.properties?.["level"] === GRID);
    const bounds = boundsOf(corners({ type: "FeatureCollection", features: grids }));
    if (bounds) ground.map.fitBounds(bounds, { padding: 16, animate: false });
    new CommandMap(place, ground);
  } catch {
    say(place, "no-map");
  }
}
