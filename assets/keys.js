// Keys press buttons that are on the page anyway: data-key="g". Nothing is sent to the server for a key itself.
(() => {
  const REST_MS = 1200;
  const isWriting = (element) => element.matches("input, textarea, select, [contenteditable=true]");
  const isShown = (element) => element.getClientRects().length > 0 || element.classList.contains("sr");
  const openDialog = () => [...document.querySelectorAll("[role=dialog], [role=alertdialog], [role=menu]")].at(-1);

  const press = (key) => {
    const within = openDialog() || document;
    const target = [...within.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(isShown);
    if (!target) return false;
    if (isWriting(target)) { target.focus(); target.select?.(); } else target.click();
    return true;
  };

  // Tiles: one tab stop, arrows from one to the next, keys for what a picture can do.
  const tiles = (grid) => [...grid.querySelectorAll(".tile > button.plate")];
  const moveTo = (grid, tile) => {
    tiles(grid).forEach((each) => { each.tabIndex = each === tile ? 0 : -1; });
    tile.focus();
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
      if (press("ctrl+enter")) event.preventDefault();
      return;
    }
    if (isCommand || event.altKey || isWriting(event.target)) return;
    if (inGrid(event) || press(event.key.length === 1 ? event.key.toLowerCase() : event.key)) event.preventDefault();
  });

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

  // A dialog that closes gives the keyboard back to where it was: ours are opened by the server and have no trigger.
  const OVER = "[role=dialog], [role=alertdialog], [role=menu]";
  let last = null;
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest(OVER)) last = event.target;
  });
  document.addEventListener("focusout", (event) => {
    if (event.isTrusted && !event.relatedTarget && !event.target.closest(OVER)) last = null;
  });
  new MutationObserver((changes) => {
    const isClosed = changes.some(({ removedNodes }) => [...removedNodes].some((node) => node.matches?.(OVER) || node.querySelector?.(OVER)));
    if (isClosed) setTimeout(() => {
      if (document.activeElement === document.body && !document.querySelector(OVER) && last?.isConnected) last.focus({ preventScroll: true });
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

  window.wrldbldrDownload = (address) => {
    const link = Object.assign(document.createElement("a"), { href: address, download: "" });
    document.body.append(link);
    link.click();
    link.remove();
  };
})();
