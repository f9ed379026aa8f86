// Galleries: what follows is loaded before the end is reached, and the browser remembers how large pictures are shown.
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

  const look = () => { watchEnd(); showSize(); };
  new MutationObserver(look).observe(document.documentElement, { subtree: true, childList: true });
})();
