// Parts of a page that say data-live fetch themselves anew when something changed in the network.
// data-live="network" wants every change, data-live="node-7" those of one node. The part's own
// hx-trigger names nz:live, and an interval for browsers that hear nothing.
(() => {
  "use strict";

  const SOON_MS = 150;
  const AT_MOST_EVERY_MS = 2000;
  const TRY_AGAIN_MS = 30000;

  const parts = () => document.querySelectorAll("[data-live]");
  if (!parts().length || !window.EventSource) return;

  let source = null;
  let timer = 0;
  let again = 0;
  let refreshed = 0;
  const changed = new Set();

  const refresh = () => {
    timer = 0;
    refreshed = Date.now();
    for (const part of parts()) {
      const wanted = part.dataset.live;
      if (wanted === "network" || changed.has(wanted) || changed.has("all")) {
        htmx.trigger(part, "nz:live");
      }
    }
    changed.clear();
  };

  // A school that loses power is hundreds of changes, and one look at the page.
  const note = (what) => {
    changed.add(what);
    const pause = Math.max(SOON_MS, refreshed + AT_MOST_EVERY_MS - Date.now());
    if (!timer) timer = window.setTimeout(refresh, pause);
  };

  const show = (isLive) => {
    for (const mark of document.querySelectorAll("[data-live-state]")) mark.hidden = !isLive;
  };

  const listen = () => {
    if (source || document.hidden) return;
    source = new EventSource("/api/v1/events");
    source.addEventListener("open", () => show(true));
    source.addEventListener("state_change", (event) => {
      note(`node-${JSON.parse(event.data).node.id}`);
    });
    source.addEventListener("reset", () => note("all"));
    source.addEventListener("error", () => {
      show(false);
      // The browser connects again by itself, unless it was refused.
      if (source?.readyState === EventSource.CLOSED) {
        hangUp();
        again = window.setTimeout(listen, TRY_AGAIN_MS);
      }
    });
  };

  const hangUp = () => {
    source?.close();
    source = null;
    window.clearTimeout(again);
    show(false);
  };

  // A tab nobody looks at holds no connection: browsers have six of them for all tabs.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      hangUp();
    } else {
      listen();
      note("all");
    }
  });
  window.addEventListener("pagehide", hangUp);
  listen();
})();
