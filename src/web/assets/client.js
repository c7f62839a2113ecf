/** What a script adds to pages that work without one: suggestions, copying, live progress. */

document.documentElement.classList.add("scripted");

for (const form of document.querySelectorAll("form[data-suggest]")) suggest(form);
for (const button of document.querySelectorAll("button[data-copy]")) copy(button);
for (const box of document.querySelectorAll("[data-job]")) follow(box);
for (const field of document.querySelectorAll("select[data-submit]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

document.addEventListener("keydown", (event) => {
  const typing = /^(?:INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const input = document.querySelector("#q");
  if (!input) return;
  event.preventDefault();
  input.focus();
  input.select();
});

/** A list of suggestions below a search field: arrows choose, Enter opens, Escape closes. */
function suggest(form) {
  const input = form.querySelector("input");
  const list = form.querySelector("ul");
  let wanted = "";
  let request;
  let chosen = -1;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-autocomplete", "list");
  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  close();

  const choose = (index) => {
    const options = [...list.children];
    chosen = options.length === 0 ? -1 : (index + options.length) % options.length;
    options.forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === chosen));
    });
    const option = options[chosen];
    if (!option) return;
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  const look = async () => {
    const query = input.value.trim();
    if (query === wanted) return;
    wanted = query;
    request?.abort();
    if (query === "") return close();
    request = new AbortController();
    try {
      const url = `${form.dataset.suggest}?q=${encodeURIComponent(query)}`;
      const answer = await fetch(url, { signal: request.signal });
      if (!answer.ok || query !== wanted) return;
      const found = await answer.json();
      if (query !== wanted || document.activeElement !== input) return;
      list.replaceChildren(...found.map(option));
      list.hidden = found.length === 0;
      input.setAttribute("aria-expanded", String(found.length > 0));
      chosen = -1;
      input.removeAttribute("aria-activedescendant");
    } catch (error) {
      // The next letter came first, or the server is away: Enter still sends the form.
      if (error.name !== "AbortError") close();
    }
  };

  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0)
      location.href = list.children[chosen].dataset.href;
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => {
    wanted = "";
    close();
  });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("li");
    if (option) location.href = option.dataset.href;
  });
}

function option({ name, version, description, href }, index) {
  const item = document.createElement("li");
  item.id = `suggestion-${index}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.dataset.href = href;
  const title = document.createElement("strong");
  title.textContent = name;
  const number = document.createElement("span");
  number.textContent = version;
  item.append(title, number);
  if (description) {
    const text = document.createElement("p");
    text.textContent = description;
    item.append(text);
  }
  return item;
}

function copy(button) {
  const label = button.firstChild;
  const before = label.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    label.textContent = (await write(button.dataset.copy)) ? "Copied" : "Press Ctrl+C";
    setTimeout(() => {
      label.textContent = before;
    }, 2000);
  });
}

/** Browsers give their clipboard to secure pages only; elsewhere the old way still works. */
async function write(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not allowed: the old way, then.
    }
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "hidden";
  document.body.append(field);
  const focused = document.activeElement;
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return done;
}

/** Shows what a job tells while it runs, and the page anew at its end. */
function follow(box) {
  if (box.dataset.running !== "true") return;
  const bar = box.querySelector("progress");
  const words = box.querySelector("[data-words]");
  const log = box.querySelector("pre");
  const events = new EventSource(box.dataset.job);
  events.addEventListener("line", (event) => {
    log.hidden = false;
    log.textContent += `${JSON.parse(event.data)}\n`;
    log.scrollTop = log.scrollHeight;
  });
  events.addEventListener("progress", (event) => {
    const { done, total, text } = JSON.parse(event.data);
    if (total > 0) {
      bar.max = total;
      bar.value = done;
    }
    words.textContent = text;
  });
  events.addEventListener("end", () => {
    events.close();
    location.reload();
  });
}
