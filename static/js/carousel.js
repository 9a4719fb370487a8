// data-carousel="id": the button shows a carousel as a list, where nothing has to be swiped, and back; it is remembered.
const read = () => { try { return localStorage.getItem("cards") === "list"; } catch { return false; } };
for (const button of document.querySelectorAll("[data-carousel]")) {
  const list = document.getElementById(button.dataset.carousel);
  const show = (flat) => {
    list.classList.toggle("carousel", !flat);
    list.classList.toggle("tile-list", flat);
    button.textContent = flat ? "Show side by side" : "Show as a list";
    button.setAttribute("aria-pressed", String(flat));
  };
  button.addEventListener("click", () => {
    const flat = list.classList.contains("carousel");
    show(flat);
    try { localStorage.setItem("cards", flat ? "list" : "row"); } catch { /* private window: for this page only */ }
  });
  show(read());
  button.hidden = false;
}
