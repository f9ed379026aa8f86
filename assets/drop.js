// A file that is dropped on [data-drop] is as good as chosen in the field with that id. Where there is no such field it
// is not taken, and the browser does not leave the page for it.
let isOurs = false; // a picture of this page that is dragged is a file to some browsers
document.addEventListener("dragstart", () => { isOurs = true; });
document.addEventListener("dragend", () => { isOurs = false; });
const target = (event) => {
  const place = !isOurs && event.target.closest?.("[data-drop]");
  const isFile = place && [...(event.dataTransfer?.types || [])].includes("Files");
  return isFile ? { place, input: document.getElementById(place.dataset.drop) } : {};
};
const light = (place) => document.querySelectorAll("[data-drop]").forEach((one) => one.classList.toggle("dropping", one === place));
document.addEventListener("dragover", (event) => {
  const { place, input } = target(event);
  if (place) event.preventDefault();
  if (place && !input) event.dataTransfer.dropEffect = "none";
  light(input && place);
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) light(null); });
document.addEventListener("drop", (event) => {
  const { place, input } = target(event);
  light(null);
  if (place) event.preventDefault();
  if (!input) return;
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
