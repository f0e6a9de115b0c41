import htmx from "htmx.org";

import { startCopy } from "./copy";
import { toast, whenShown, word } from "./dom";
import { startDrafts } from "./draft";
import { startKeys } from "./keys";
import { startLive } from "./live";
import { startLook, startMenus } from "./look";
import { startOnce } from "./once";

// The page's policy allows no code in attributes and no style elements; htmx must not try either.
Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    // A refusal comes with the form, the error beside its field.
    { code: "409|422", swap: true, error: false },
    { code: "...", swap: false, error: true },
  ],
});

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  toast(word(xhr.status === 403 ? "forbidden" : xhr.status === 404 ? "missing" : "failed"), "error");
});
document.addEventListener("htmx:sendError", () => toast(word("offline"), "error"));

/** A large part is fetched when its place on the page is opened, not before. */
function startLater(): void {
  const asked = new Set<string>();
  const fetchPart = ({ islandSrc: src = "", islandStyle: style }: DOMStringMap): void => {
    if (asked.has(src)) return;
    asked.add(src);
    if (style) {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = style;
      document.head.append(link);
    }
    const script = document.createElement("script");
    script.src = src;
    document.head.append(script);
  };
  whenShown("[data-island-src]", (element) => {
    const fold = element.closest("details");
    if (!fold || fold.open) fetchPart(element.dataset);
    else fold.addEventListener("toggle", () => fetchPart(element.dataset), { once: true });
  });
}

/** An island asks for a part of the page as a link would; the address follows, so that "back" works. */
document.addEventListener("ll:show", (event) => {
  const { url, target } = (event as CustomEvent<{ url: string; target: string }>).detail;
  window.history.replaceState(null, "", url);
  void htmx.ajax("get", url, { target, swap: "outerHTML" });
});

startLook();
startMenus();
startDrafts();
startOnce();
startKeys();
startCopy();
startLater();
startLive();

document.addEventListener("click", (event) => {
  const close = (event.target as Element).closest("[data-close]");
  close?.closest("dialog")?.close();
  close?.closest(".ll-note")?.remove();
});
