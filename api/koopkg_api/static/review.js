// The keys of the page without Alt as well, outside of fields; whoever does not want that turns it off, and it stays off. Everything works without this script.
const STORED = "koopkg-review-keys";
const box = document.querySelector("#keys");

function isOn() {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

if (box) {
  document.querySelector("#single-keys").hidden = false;
  box.checked = isOn();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(STORED, box.checked ? "on" : "off");
    } catch {
      // Then it holds for this page.
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const found = document.querySelector(`[accesskey="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!found) return;
    event.preventDefault();
    if (found.matches("input, select")) found.focus();
    else found.click();
  });
}
