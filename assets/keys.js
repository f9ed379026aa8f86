// Keys press buttons that are on the page anyway: data-key="g". Nothing is sent to the server for a key itself.
(() => {
  const REST_MS = 1200;
  const isWriting = (element) => element.matches("input, textarea, select, [contenteditable=true]");
  const isShown = (element) => element.getClientRects().length > 0 || element.classList.contains("sr");
  const OVER = "[role=dialog], [role=alertdialog], [role=menu]";
  const openDialog = () => [...document.querySelectorAll(OVER)].at(-1);

  const press = (key) => {
    const within = openDialog() || document;
    const target = [...within.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(isShown);
    if (!target) return false;
    if (isWriting(target)) { target.focus(); target.select?.(); } else target.click();
    return true;
  };

  // Tiles: one tab stop, arrows from one to the next, keys for what a picture can do.
  const tiles = (grid) => [...grid.querySelectorAll(".tile > button.plate")];
  const moveTo = (grid, tile, how) => {
    tiles(grid).forEach((each) => { each.tabIndex = each === tile ? 0 : -1; });
    tile.focus(how);
  };
  const inGrid = (event) => {
    const tile = event.target.closest?.("[data-grid] .tile > button.plate");
    if (!tile) return false;
    const grid = tile.closest("[data-grid]");
    const all = tiles(grid);
    const at = all.indexOf(tile);
    const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -at, End: all.length - 1 - at }[event.key];
    if (step !== undefined) {
      const next = all[at + step];
      if (next) moveTo(grid, next);
      return true;
    }
    const act = tile.parentElement.querySelector(`[data-act="${CSS.escape(event.key)}"]`);
    if (act) act.click();
    return Boolean(act);
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key === "Enter") {
      if ((event.shiftKey && press("ctrl+shift+enter")) || press("ctrl+enter")) event.preventDefault();
      return;
    }
    if (isCommand || event.altKey || isWriting(event.target)) return;
    if (inGrid(event) || press(event.key.length === 1 ? event.key.toLowerCase() : event.key)) event.preventDefault();
  });

  // A form with several buttons that send it is told by which it was sent.
  document.addEventListener("submit", ({ target, submitter }) => {
    const field = target.elements.namedItem("sent_by");
    if (field) field.value = submitter?.value ?? "";
  }, true);

  // The menu of a picture, from its button: the same one that a right click opens. Beside the tiles there is none.
  document.addEventListener("click", (event) => {
    const more = event.target.closest("[data-act=menu]");
    if (!more) return;
    const { left, bottom } = more.getBoundingClientRect();
    more.closest(".tile").dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, clientX: left, clientY: bottom }));
  });
  document.addEventListener("contextmenu", (event) => {
    if (event.target.closest("[data-grid]") && !event.target.closest(".tile")) event.stopPropagation();
  }, true);

  // Where a tile goes that had the keyboard, the one that takes its place gets it: the same picture, if it hangs elsewhere.
  let lastTile = null;
  document.addEventListener("focusin", ({ target }) => {
    const grid = target.matches?.("[data-grid] .tile > button.plate") && target.closest("[data-grid]");
    if (grid) lastTile = { tile: target, asset: target.parentElement.dataset.asset, at: tiles(grid).indexOf(target) };
    else if (!target.closest(OVER)) lastTile = null;
  });
  const toNeighbour = () => {
    const grid = document.querySelector("[data-grid]");
    if (!lastTile || lastTile.tile.isConnected || !grid || document.activeElement !== document.body) return;
    const left = tiles(grid);
    const { asset, at } = lastTile;
    const same = left.find((one) => one.parentElement.dataset.asset === asset);
    const next = same ?? left[Math.min(at, left.length - 1)];
    if (next) moveTo(grid, next, { preventScroll: Boolean(same) });
  };

  // A dialog that closes gives the keyboard back to where it was: ours are opened by the server and have no trigger.
  let last = null;
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest(OVER)) last = event.target;
  });
  document.addEventListener("focusout", (event) => {
    if (event.isTrusted && !event.relatedTarget && !event.target.closest(OVER)) last = null;
  });
  new MutationObserver((changes) => {
    if (!changes.some(({ removedNodes }) => removedNodes.length)) return;
    resting.forEach((_, field) => { if (!field.isConnected) passOn(field); });
    const isClosed = changes.some(({ removedNodes }) => [...removedNodes].some((node) => node.matches?.(OVER) || node.querySelector?.(OVER)));
    setTimeout(() => {
      if (document.activeElement !== document.body || document.querySelector(OVER)) return;
      if (isClosed && last?.isConnected) last.focus({ preventScroll: true });
      else toNeighbour();
    });
  }).observe(document.documentElement, { subtree: true, childList: true });

  // What is typed is saved when its field is left, or at rest for a moment, or when the page goes.
  const resting = new Map();
  const leave = (field) => {
    clearTimeout(resting.get(field));
    resting.delete(field);
    delete field.closest(".form")?.dataset.typing;
    field.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
  };
  // The server drew a form anew while somebody was writing in it: what was typed goes on in the new field.
  const passOn = (field) => {
    clearTimeout(resting.get(field));
    resting.delete(field);
    const heir = field.dataset.owner && document.getElementById(field.id);
    if (!heir || heir.dataset.owner !== field.dataset.owner) return;
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(heir), "value").set.call(heir, field.value);
    heir.focus({ preventScroll: true });
    heir.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };
  // Before a dialog closes, by Esc or by a press beside it or on what closes it, what was typed there is saved.
  const settle = () => {
    const within = openDialog();
    if (within) [...resting.keys()].filter((field) => within.contains(field)).forEach(leave);
  };
  addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.isComposing) settle(); }, true);
  addEventListener("pointerdown", (event) => { if (!resting.has(event.target)) settle(); }, true);
  addEventListener("click", (event) => { if (!resting.has(event.target)) settle(); }, true);

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches?.("[data-autosave]")) return;
    if (!resting.has(field)) field.dispatchEvent(new FocusEvent("focusin", { bubbles: true }));
    const form = field.closest(".form");
    if (form) form.dataset.typing = "yes";
    clearTimeout(resting.get(field));
    resting.set(field, setTimeout(leave, REST_MS, field));
  });
  document.addEventListener("focusout", (event) => {
    if (event.isTrusted && resting.has(event.target)) {
      clearTimeout(resting.get(event.target));
      resting.delete(event.target);
      delete event.target.closest(".form")?.dataset.typing;
    }
  });
  addEventListener("pagehide", () => [...resting.keys()].forEach(leave));
  addEventListener("beforeunload", () => [...resting.keys()].forEach(leave));

  // The address names who is shown. On a phone, where they hide the list, Back leads to the list and not out of the world.
  const isPhone = matchMedia("(max-width: 640px)");
  window.wrldbldrFace = (entity) => {
    const at = new URL(location.href);
    at.searchParams.set("show", entity);
    const now = history.state || {};
    if (isPhone.matches && !now.isFace) history.pushState({ ...now, idx: (now.idx ?? 0) + 1, isFace: true }, "", at);
    else history.replaceState(now, "", at);
  };
  const browse = () => document.querySelector("[data-browse]")?.click();
  window.wrldbldrBack = () => { if (history.state?.isFace) history.back(); else browse(); };
  addEventListener("popstate", ({ state }) => {
    if (!isPhone.matches) return;
    if (state?.isFace) document.querySelector(".ent[aria-current=true]")?.click(); else browse();
  });

  // Whether the queue shows is chosen for each layout by itself: a window that is made narrow does not open it over the work.
  const isWide = matchMedia("(min-width: 900px)");
  const isToggled = new Map();
  isWide.addEventListener("change", ({ matches }) => {
    const desk = document.querySelector(".desk");
    if (!desk) return;
    const now = desk.dataset.queue === "toggled";
    isToggled.set(!matches, now);
    if (now !== Boolean(isToggled.get(matches))) document.querySelector(".queue-button")?.click();
  });

  // A notice leads to its batch, and opens the queue where that is out of sight.
  const SHOW_MS = 2000;
  window.wrldbldrShow = (id) => {
    const isSeen = () => document.getElementById(id)?.getClientRects().length > 0;
    const until = performance.now() + SHOW_MS;
    const look = () => {
      if (isSeen()) document.getElementById(id).scrollIntoView({ block: "nearest" });
      else if (performance.now() < until) requestAnimationFrame(look);
    };
    if (!isSeen()) document.querySelector(".queue-button")?.click();
    look();
  };

  window.wrldbldrDownload = (address) => {
    const link = Object.assign(document.createElement("a"), { href: address, download: "" });
    document.body.append(link);
    link.click();
    link.remove();
  };
})();

// A menu that closes gives the focus back to its button, sometimes after the dialog it opened has taken it.
window.wrldbldrFocus = (id) => {
  const end = performance.now() + 3000;
  let isTheirs = false; // whoever presses anything decides where the focus is
  const leave = () => { isTheirs = true; };
  for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, leave, { once: true, capture: true });
  const look = () => {
    const field = document.getElementById(id);
    if (isTheirs || performance.now() > end) return;
    if (field && document.activeElement !== field) field.focus();
    setTimeout(look, 50);
  };
  look();
};
