// Galleries: what follows is loaded before the end is reached, nothing jumps for it, and the browser remembers how large pictures are shown.
(() => {
  const AHEAD = "900px";
  const KEPT = "wrldbldr-tile-size";

  // The button that loads more is another one for each page: what is pressed once is not pressed again.
  let watched = null, watch = null;
  const watchEnd = () => {
    const button = document.querySelector("[data-more]");
    if (button === watched) return;
    watch?.disconnect();
    watched = button;
    if (!button) return;
    watch = new IntersectionObserver(
      (seen) => { if (seen.some(({ isIntersecting }) => isIntersecting)) { watch.disconnect(); button.click(); } },
      { root: button.closest(".work"), rootMargin: `0px 0px ${AHEAD} 0px` },
    );
    watch.observe(button);
  };

  const setSize = (size) => document.documentElement.style.setProperty("--tile", `${size}px`);
  const kept = () => { try { return Number(localStorage.getItem(KEPT)) || 0; } catch { return 0; } };
  if (kept()) setSize(kept());
  document.addEventListener("input", ({ target }) => {
    if (!target.matches?.("[data-sizes]")) return;
    setSize(target.value);
    try { localStorage.setItem(KEPT, target.value); } catch { /* private windows keep nothing */ }
  });
  const showSize = () => {
    const slider = document.querySelector("[data-sizes]:not([data-shown])");
    if (!slider) return;
    slider.dataset.shown = "yes";
    if (kept()) slider.value = kept();
  };

  // Whoever goes very far leaves the first pages behind: what then hangs uppermost in sight stays where it is, also while
  // the tiles around it, which are new to the browser, get their sizes.
  const TILES = "#pictures > .tile[data-asset]", SETTLING_MS = 500;
  let uppermost = null, isNoting = false, sizes = null;
  const topOf = (tile) => tile.getBoundingClientRect().top;
  const note = (work) => {
    isNoting = false;
    const edge = topOf(work);
    const tile = [...work.querySelectorAll(TILES)].find((one) => one.getBoundingClientRect().bottom > edge);
    uppermost = tile ? { work, tile, asset: tile.dataset.asset, top: topOf(tile) } : null;
  };
  document.addEventListener("scroll", ({ target }) => {
    if (isNoting || !target.matches?.(".work")) return;
    isNoting = true;
    requestAnimationFrame(() => note(target));
  }, true);
  const putBack = () => { if (uppermost?.tile.isConnected) uppermost.work.scrollTop += topOf(uppermost.tile) - uppermost.top; };
  const keepInSight = () => {
    if (!uppermost || uppermost.tile.isConnected) return;
    sizes?.disconnect();
    const tile = uppermost.work.querySelector(`${TILES}[data-asset="${CSS.escape(uppermost.asset)}"]`);
    uppermost = tile && { ...uppermost, tile };
    if (!tile) return;
    putBack();
    const watch = sizes = new ResizeObserver(putBack);
    watch.observe(tile.parentElement);
    setTimeout(() => watch.disconnect(), SETTLING_MS);
  };

  const look = () => { keepInSight(); watchEnd(); showSize(); };
  new MutationObserver(look).observe(document.documentElement, { subtree: true, childList: true });
})();
