import { icon, whenShown, word } from "./shell/dom";

const LONGEST = 2560;
const QUALITY = 0.82;

interface Photo {
  file: File;
  shown: string;
}

async function toBlob(canvas: HTMLCanvasElement): Promise<Blob | null> {
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}

/**
 * A phone's photo is ten times larger than anybody looks at. What the browser cannot read (HEIC on most)
 * goes as it is: the server reads it. Drawing it anew also leaves behind where it was taken.
 */
async function compress(file: File): Promise<File> {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await toBlob(canvas);
    if (!blob) return file;
    const name = file.name.replace(/\.[^.]*$/, "") + ".jpg";
    return new File([blob], name, { type: "image/jpeg", lastModified: file.lastModified });
  } catch {
    return file;
  }
}

class Picker {
  private photos: Photo[] = [];
  private readonly input: HTMLInputElement;
  private readonly most: number;
  private readonly list = document.createElement("div");
  private readonly said = document.createElement("p");
  private busy = 0;

  constructor(private readonly place: HTMLElement) {
    const input = place.querySelector<HTMLInputElement>("input[type=file]");
    if (!input) throw new Error("a photo island needs its file field");
    this.input = input;
    this.most = Number(place.dataset["max"] ?? 9);
    this.list.className = "ll-drop";
    this.said.className = "ll-saved";
    this.said.setAttribute("role", "status");
    input.classList.add("visually-hidden");
    input.tabIndex = -1;
    input.setAttribute("aria-hidden", "true");
    place.append(this.list, this.said);
    input.addEventListener("change", () => void this.take());
    // What is still being made smaller would otherwise be sent twice as large, or not at all.
    input.form?.addEventListener("submit", (event) => this.hold(event), { capture: true });
    this.show();
  }

  private hold(event: SubmitEvent): void {
    if (this.busy === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.said.textContent = word("photos-wait", this.place);
  }

  private async take(): Promise<void> {
    const chosen = [...(this.input.files ?? [])];
    const room = this.most - this.photos.length;
    this.said.textContent = chosen.length > room ? word("photos-many", this.place) : "";
    this.put();
    this.busy += 1;
    this.list.setAttribute("aria-busy", "true");
    for (const file of chosen.slice(0, room)) {
      const small = await compress(file);
      this.photos.push({ file: small, shown: URL.createObjectURL(small) });
      this.put();
      this.show();
    }
    this.busy -= 1;
    this.list.removeAttribute("aria-busy");
    if (this.said.textContent === word("photos-wait", this.place)) this.said.textContent = "";
  }

  private put(): void {
    const all = new DataTransfer();
    for (const photo of this.photos) all.items.add(photo.file);
    this.input.files = all.files;
  }

  private remove(index: number): void {
    const [gone] = this.photos.splice(index, 1);
    if (gone) URL.revokeObjectURL(gone.shown);
    this.put();
    this.show();
    this.list.querySelector("button")?.focus();
    this.input.form?.dispatchEvent(new Event("change"));
  }

  private tile(photo: Photo, index: number): HTMLElement {
    const item = document.createElement("div");
    item.className = "ll-drop-item";
    const image = document.createElement("img");
    image.alt = `${word("photo", this.place)} ${index + 1}`;
    image.onerror = () => {
      const name = document.createElement("span");
      name.className = "ll-drop-name";
      name.textContent = photo.file.name;
      image.replaceWith(name);
    };
    image.src = photo.shown;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "ll-drop-remove";
    button.setAttribute("aria-label", `${word("remove", this.place)} ${index + 1}`);
    const mark = document.createElement("span");
    mark.append(icon("x"));
    button.append(mark);
    button.addEventListener("click", () => this.remove(index));
    item.append(image, button);
    return item;
  }

  private show(): void {
    this.list.replaceChildren(...this.photos.map((photo, index) => this.tile(photo, index)));
    if (this.photos.length >= this.most) return;
    const add = document.createElement("button");
    add.type = "button";
    add.className = "ll-drop-add";
    const words = document.createElement("span");
    words.textContent = `${word("add", this.place)} ${this.photos.length}/${this.most}`;
    add.append(icon("photo-plus"), words);
    add.addEventListener("click", () => this.input.click());
    this.list.append(add);
  }
}

whenShown("[data-photos]", (place) => {
  new Picker(place);
});
