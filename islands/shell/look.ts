import { whenShown } from "./dom";

const YEAR = 365 * 24 * 60 * 60;

function remember(name: string, value: string): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
}

/** Light or dark, and the elder mode: the form works by itself, this only spares the reload. */
export function startLook(): void {
  const root = document.documentElement;
  whenShown("form[data-look]", (form) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = form.querySelector<HTMLButtonElement>("button");
      if (form.dataset["look"] === "theme") {
        const next = root.dataset["bsTheme"] === "dark" ? "light" : "dark";
        root.dataset["bsTheme"] = next;
        remember("theme", next);
      } else {
        const on = root.classList.toggle("elder");
        remember("elder", on ? "1" : "0");
        button?.setAttribute("aria-pressed", String(on));
        const value = form.querySelector<HTMLInputElement>("input[name=elder]");
        if (value) value.value = on ? "0" : "1";
        const words = button?.querySelector("span");
        const text = form.getAttribute(on ? "data-word-leave" : "data-word-enter");
        if (words && text) words.textContent = text;
      }
    });
  });
}

/** Menus are details elements; a click elsewhere or Escape closes them, as everybody expects. */
export function startMenus(): void {
  const close = (keep: Node | null): void => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.ll-menu[open]")) {
      if (keep && menu.contains(keep)) continue;
      menu.open = false;
    }
  };
  document.addEventListener("click", (event) => close(event.target as Node));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector<HTMLDetailsElement>("details.ll-menu[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary")?.focus();
  });
}
