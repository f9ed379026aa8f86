// A file that is dropped on [data-drop] is as good as chosen in the field with that id.
let isOurs = false; // a picture of this page that is dragged is a file to some browsers
document.addEventListener("dragstart", () => { isOurs = true; });
document.addEventListener("dragend", () => { isOurs = false; });
const target = (event) => {
  const place = !isOurs && event.target.closest?.("[data-drop]");
  return place && [...(event.dataTransfer?.types || [])].includes("Files") ? document.getElementById(place.dataset.drop) : null;
};
const light = (place) => document.querySelectorAll("[data-drop]").forEach((one) => one.classList.toggle("dropping", one === place));
document.addEventListener("dragover", (event) => {
  const input = target(event);
  if (input) event.preventDefault();
  light(input && event.target.closest("[data-drop]"));
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) light(null); });
document.addEventListener("drop", (event) => {
  const input = target(event);
  light(null);
  if (!input) return;
  event.preventDefault();
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
