// Selecting pictures: Ctrl and Shift with a click, Ctrl A, Esc, a long press of a finger; and dropping one on somebody in the
// list. What is selected the server knows: wrldbldr/state/picked.py and moving.py are told in words.
(() => {
  const HOLD_MS = 500;
  const SLIP_PX = 10;
  const DRAG_TYPE = "application/x-wrldbldr-picture";
  const OVER = "[role=dialog], [role=alertdialog], [role=menu]";
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;

  const say = (field, words) => {
    const input = document.querySelector(field);
    if (!input) return;
    input.value = ""; // so that the same words count twice; nobody is told of it
    set.call(input, words);
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };
  const pick = (words) => say("[data-pick]", words);
  const tileOf = (target) => target.closest?.("[data-grid] .tile[data-asset]");
  const isPicking = () => Boolean(document.querySelector("[data-grid][data-picking=yes]"));
  const isWriting = (element) => element.matches?.("input, textarea, select, [contenteditable=true]");

  let hold = null; // a finger that rests on a tile
  let hasHeld = false;
  let isTouch = false;
  const letGo = () => { clearTimeout(hold?.timer); hold = null; };

  document.addEventListener("pointerdown", (event) => {
    isTouch = event.pointerType === "touch";
    hasHeld = false;
    letGo();
    const tile = event.target.closest?.(".plate") && tileOf(event.target);
    if (!tile || !isTouch) return;
    event.stopPropagation(); // the menu would open by the same press; with a finger it has a button of its own
    const timer = setTimeout(() => { hasHeld = true; hold = null; navigator.vibrate?.(10); pick(`toggle ${tile.dataset.asset}`); }, HOLD_MS);
    hold = { timer, x: event.clientX, y: event.clientY };
  }, true);
  document.addEventListener("pointermove", (event) => {
    if (hold && Math.hypot(event.clientX - hold.x, event.clientY - hold.y) > SLIP_PX) letGo();
  });
  for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, letGo);
  document.addEventListener("contextmenu", (event) => {
    if (!event.isTrusted || !isTouch || !event.target.closest?.(".plate") || !tileOf(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  document.addEventListener("mousedown", (event) => {
    if (event.shiftKey && tileOf(event.target)) event.preventDefault(); // else the words between would be marked
  });
  document.addEventListener("click", (event) => {
    const on = event.target.closest?.(".plate, .tick");
    const tile = on && tileOf(on);
    if (!tile) return;
    const id = tile.dataset.asset;
    const isTap = isTouch && event.detail > 0 && isPicking() && on.matches(".plate");
    let words = "";
    if (hasHeld) words = " ";
    else if (event.shiftKey) words = `range ${id}`;
    else if (event.ctrlKey || event.metaKey || isTap) words = `toggle ${id}`;
    hasHeld = false;
    if (!words) return;
    event.preventDefault();
    event.stopPropagation();
    if (words.trim()) pick(words);
  }, true);

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || isWriting(event.target) || document.querySelector(OVER)) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a" && document.querySelector("[data-grid] .tile[data-asset]")) {
      event.preventDefault();
      pick("all");
    } else if (event.key === "Escape" && isPicking()) pick("none");
  });

  // A tile is dragged by its picture.
  let dragged = "";
  const rowOf = (target) => dragged && target.closest?.("[data-entity].ent");
  const light = (row) => document.querySelectorAll(".ent.onto").forEach((one) => { if (one !== row) one.classList.remove("onto"); });
  document.addEventListener("dragstart", (event) => {
    const tile = tileOf(event.target);
    if (!tile) return;
    dragged = tile.dataset.asset;
    event.dataTransfer.setData(DRAG_TYPE, dragged);
    event.dataTransfer.effectAllowed = "move";
    document.documentElement.dataset.carrying = "yes";
  });
  document.addEventListener("dragover", (event) => {
    const row = rowOf(event.target);
    light(row);
    if (!row) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    row.classList.add("onto");
  });
  document.addEventListener("drop", (event) => {
    const row = rowOf(event.target);
    if (!row) return;
    event.preventDefault();
    say("[data-drop-on]", `${dragged} on ${row.dataset.entity}`);
  });
  document.addEventListener("dragend", () => {
    dragged = "";
    light(null);
    delete document.documentElement.dataset.carrying;
  });
})();
