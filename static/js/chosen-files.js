// <input type="file" data-files="most bytes of one" data-number="most files">: names what is chosen, with its size, before
// it is sent, and says what would be refused.
const sizeOf = (bytes) => (bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`);

const line = (file, most) => {
  const item = document.createElement("li");
  const name = document.createElement("bdi");
  name.textContent = file.name;
  const size = document.createElement("small");
  size.textContent = file.size > most ? `${sizeOf(file.size)}: too large, choose a smaller one` : sizeOf(file.size);
  item.classList.toggle("chosen-refused", file.size > most);
  item.append(name, size);
  return item;
};

const show = (input) => {
  let list = input.parentElement.querySelector(".chosen-files");
  if (!list) {
    list = document.createElement("ul");
    list.className = "chosen-files";
    list.setAttribute("aria-live", "polite");
    list.setAttribute("aria-label", "Chosen files");
    input.after(list);
  }
  list.replaceChildren(...[...input.files].map((file) => line(file, Number(input.dataset.files))));
  const most = Number(input.dataset.number);
  if (input.files.length > most) {
    const item = document.createElement("li");
    item.className = "chosen-refused";
    item.append(Object.assign(document.createElement("small"), { textContent: `Choose at most ${most} files.` }));
    list.append(item);
  }
};

document.addEventListener("change", (event) => {
  if (event.target.matches("input[data-files]")) show(event.target);
});
// A browser that comes back to the page may still hold what was chosen.
addEventListener("pageshow", () => {
  for (const input of document.querySelectorAll("input[data-files]")) if (input.files.length) show(input);
});
