import { isTyping } from "./dom";

const ROW = "[data-row]";

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(`[data-list-keys] ${ROW}`)];
}

function current(): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-list-keys] ${ROW}.ll-row-now`);
}

function choose(row: HTMLElement | undefined): void {
  if (!row) return;
  current()?.classList.remove("ll-row-now");
  row.classList.add("ll-row-now");
  row.querySelector<HTMLElement>("a[data-open], a")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by: number): void {
  const all = rows();
  const now = current();
  const at = now ? all.indexOf(now) + by : 0;
  choose(all[Math.max(0, Math.min(all.length - 1, at))]);
}

function press(selector: string): boolean {
  const target = current()?.querySelector<HTMLElement>(selector) ?? document.querySelector<HTMLElement>(selector);
  target?.click();
  return target !== null;
}

function openSheet(): boolean {
  const sheet = document.getElementById("keys");
  if (!(sheet instanceof HTMLDialogElement)) return false;
  if (!sheet.open) sheet.showModal();
  return true;
}

function search(): boolean {
  const field = document.querySelector<HTMLInputElement>("[data-search]");
  field?.focus();
  field?.select();
  return field !== null;
}

const ACTS: Record<string, () => boolean> = {
  "/": search,
  "?": openSheet,
  j: () => (step(1), true),
  k: () => (step(-1), true),
  Enter: () => current() !== null && press("a[data-open]"),
  x: () => press("input[type=checkbox]"),
  c: () => press("[data-key-new]"),
  a: () => press("[data-key-assign]"),
};

/** The list under the fingers: the same keys on every list, and never while somebody types. */
export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const act = ACTS[event.key];
    // Enter on a link or a button is that link's or button's own.
    if (event.key === "Enter" && (event.target as Element).closest("a, button, summary")) return;
    if (!act) return;
    const listOnly = !["/", "?"].includes(event.key);
    if (listOnly && !document.querySelector("[data-list-keys]")) return;
    if (act()) event.preventDefault();
  });
  document.addEventListener("focusin", (event) => {
    const row = (event.target as Element).closest<HTMLElement>(`[data-list-keys] ${ROW}`);
    if (!row || row === current()) return;
    current()?.classList.remove("ll-row-now");
    row.classList.add("ll-row-now");
  });
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest("[data-open-keys]")) openSheet();
    const pick = target.closest<HTMLInputElement>("input[data-pick-all]");
    if (!pick) return;
    const boxes = pick.closest("[data-list-keys]")?.querySelectorAll<HTMLInputElement>(`${ROW} input[type=checkbox]`);
    boxes?.forEach((box) => (box.checked = pick.checked));
  });
}
