import htmx from "htmx.org";

const EVERY = 60_000;

interface Message {
  kind?: string;
}

function refresh(kind?: string): void {
  const selector = kind ? `[data-live~="${CSS.escape(kind)}"]` : "[data-live]";
  for (const element of document.querySelectorAll<HTMLElement>(selector)) {
    // What somebody is typing into is left alone until they are done.
    if (element.contains(document.activeElement) && document.activeElement?.matches("input, textarea, select")) continue;
    htmx.trigger(element, "live");
  }
}

/**
 * The stream says only that something of a kind has changed; the page asks for its part again through
 * the ordinary view, which shows what this reader may see. Without the stream it asks every minute.
 */
export function startLive(): void {
  if (!document.querySelector("[data-live]")) return;
  const url = document.body.dataset["eventsUrl"];
  let streaming = false;
  if (url && "EventSource" in window) {
    const source = new EventSource(url, { withCredentials: true });
    let wasOpen = false;
    source.onopen = () => {
      // Something may have been said while the line was down.
      if (wasOpen && !streaming) refresh();
      wasOpen = streaming = true;
    };
    source.onerror = () => {
      streaming = false;
    };
    source.onmessage = (event: MessageEvent<string>) => {
      try {
        refresh((JSON.parse(event.data) as Message).kind);
      } catch {
        refresh();
      }
    };
    window.addEventListener("pagehide", () => source.close());
  }
  window.setInterval(() => {
    if (!streaming && !document.hidden) refresh();
  }, EVERY);
}
