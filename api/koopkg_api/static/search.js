// The search field grows with its text; Enter searches, Shift+Enter breaks the line. Without this script it is one line, and Enter searches too.
// A link that narrows the search takes along what was typed since. The filters are unfolded on a wide screen, which newer browsers do without this script.
const field = document.querySelector("#q[data-grows]");

const panel = document.querySelector(".panel");
if (panel && !CSS.supports("selector(::details-content)")) panel.open = window.matchMedia("(min-width: 48.01rem)").matches;

function textArea(line) {
  const area = document.createElement("textarea");
  for (const { name, value } of line.attributes) {
    if (name !== "type" && name !== "value") area.setAttribute(name, value);
  }
  area.defaultValue = line.defaultValue;
  area.value = line.value;
  area.rows = 1;
  const hadFocus = document.activeElement === line;
  line.replaceWith(area);
  if (hadFocus) area.focus();
  return area;
}

if (field) {
  const area = field.matches("textarea") ? field : textArea(field);
  const grow = () => {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
  };
  area.addEventListener("input", grow);
  window.addEventListener("resize", grow);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      area.form.requestSubmit();
    }
  });
  area.form.addEventListener("submit", () => {
    area.value = area.value.trim();
  });
  for (const step of document.querySelectorAll("a[data-step]")) {
    step.addEventListener("click", () => {
      const text = area.value.trim();
      if (text === area.defaultValue.trim()) return;
      const address = new URL(step.href);
      address.searchParams.set("q", text);
      address.searchParams.delete("page");
      step.href = address;
    });
  }
  for (const button of document.querySelectorAll("button[name=refine]")) {
    button.addEventListener("click", () => {
      const change = new URLSearchParams(button.value);
      if (area.value.trim() !== area.defaultValue.trim()) change.delete("page");
      button.value = change;
    });
  }
  grow();
}
