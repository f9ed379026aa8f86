// Moving what waits: by its grip, with a mouse or a finger, or by Alt and an arrow. The order is the server's: a row stands
// where it was put only until the list comes back. wrldbldr/state/steering.py is told in words: "<batch> before <batch>".
(() => {
  const START_PX = 4;
  const EDGE_PX = 36;
  const SCROLL_PX = 8;
  const SETTLE_MS = 2500; // by then the server has answered, or it never will
  const KEYS = { ArrowUp: ["up", "top"], ArrowDown: ["down", "bottom"] };

  const say = (words) => {
    const field = document.querySelector("[data-steer]");
    if (!field) return;
    field.value = ""; // so that the same words count twice
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, words);
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };

  let drag = null; // what is in hand
  let settle = () => {}; // puts back what was dropped last

  const take = (grip, event) => {
    const row = grip.closest("li[data-batch]");
    const list = row.parentElement;
    const rows = [...list.querySelectorAll(":scope > li[data-batch]")];
    const boxes = rows.map((each) => each.getBoundingClientRect());
    const scroller = list.closest(".scroll");
    drag = {
      grip, row, list, rows, boxes, scroller, from: rows.indexOf(row), to: rows.indexOf(row), isMoving: false,
      pointer: event.pointerId, startY: event.clientY, y: event.clientY, startScroll: scroller?.scrollTop ?? 0,
    };
    grip.setPointerCapture(event.pointerId);
  };
  const begin = () => {
    settle();
    drag.isMoving = true;
    drag.row.dataset.drag = "yes";
    drag.list.dataset.dragging = "yes";
    drag.watch = new MutationObserver(() => release(drag)); // the list changed under our hand
    drag.watch.observe(drag.list, { childList: true });
    requestAnimationFrame(scroll);
  };
  const release = (which) => {
    which.watch?.disconnect();
    delete which.row.dataset.drag;
    delete which.list.dataset.dragging;
    which.rows.forEach((each) => { each.style.transform = ""; });
    if (drag === which) drag = null;
  };
  const place = () => {
    const { rows, boxes, from } = drag;
    const by = drag.y - drag.startY + (drag.scroller?.scrollTop ?? 0) - drag.startScroll;
    const middle = boxes[from].top + boxes[from].height / 2 + by;
    drag.to = boxes.filter((box, at) => at !== from && box.top + box.height / 2 < middle).length;
    rows.forEach((each, at) => {
      let shift = 0;
      if (at === from) shift = by;
      else if (at > from && at <= drag.to) shift = -boxes[from].height;
      else if (at < from && at >= drag.to) shift = boxes[from].height;
      each.style.transform = shift ? `translateY(${shift}px)` : "";
    });
  };
  const scroll = () => {
    if (!drag?.isMoving) return;
    const { scroller } = drag;
    if (scroller) {
      const { top, bottom } = scroller.getBoundingClientRect();
      const by = drag.y < top + EDGE_PX ? -SCROLL_PX : drag.y > bottom - EDGE_PX ? SCROLL_PX : 0;
      const before = scroller.scrollTop;
      scroller.scrollTop += by;
      if (scroller.scrollTop !== before) place();
    }
    requestAnimationFrame(scroll);
  };
  const drop = () => {
    const dropped = drag;
    drag = null;
    dropped.watch.disconnect();
    const { rows, row, from, to } = dropped;
    if (from === to) { release(dropped); return; }
    row.style.transform = ""; // until the list comes back it stands where it will be
    const gone = rows.slice(Math.min(from, to), Math.max(from, to) + 1).filter((each) => each !== row);
    const height = gone.reduce((sum, each) => sum + each.getBoundingClientRect().height, 0);
    row.style.transform = `translateY(${to > from ? height : -height}px)`;
    delete row.dataset.drag;
    const watch = new MutationObserver(() => settle());
    watch.observe(dropped.list, { childList: true });
    const timer = setTimeout(() => settle(), SETTLE_MS);
    settle = () => { watch.disconnect(); clearTimeout(timer); settle = () => {}; release(dropped); };
    say(`${row.dataset.batch} ${to < from ? "before" : "after"} ${rows[to].dataset.batch}`);
  };

  let hasDragged = false;
  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest?.("[data-grip]");
    hasDragged = false;
    if (grip && event.button === 0 && !drag) take(grip, event);
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    drag.y = event.clientY;
    if (!drag.isMoving && Math.abs(drag.y - drag.startY) > START_PX) begin();
    if (drag.isMoving) { hasDragged = true; place(); }
  });
  document.addEventListener("pointerup", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    if (drag.isMoving) drop(); else drag = null;
  });
  document.addEventListener("pointercancel", () => { if (drag) release(drag); });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drag?.isMoving) {
      event.preventDefault();
      release(drag);
      return;
    }
    const row = event.altKey && !event.ctrlKey && event.target.closest?.("[data-order] > li[data-batch]");
    const moves = row && KEYS[event.key];
    if (!moves) return;
    event.preventDefault();
    say(`${row.dataset.batch} ${moves[event.shiftKey ? 1 : 0]}`);
  });

  // A grip that is pressed and not dragged opens the menu that a right click on its row opens.
  document.addEventListener("click", (event) => {
    const grip = event.target.closest?.("[data-grip]");
    if (!grip || hasDragged) return;
    const { left, bottom } = grip.getBoundingClientRect();
    grip.closest(".brow").dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true, clientX: left, clientY: bottom }));
  });
})();
