// Elements from plain values. Text from data enters the page as text nodes, here and nowhere else.

export function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) {
      node.addEventListener(name.slice(2), value);
    } else if (name === "class") {
      node.className = value;
    } else if (value === true) {
      node.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value);
    }
  }
  fill(node, children);
  return node;
}

function fill(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== "") {
      node.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
}

export function replace(node, ...children) {
  node.textContent = "";
  fill(node, children);
}

// A name keeps its direction of writing to itself.
export function name(text) {
  return el("bdi", {}, text);
}

export function byId(id) {
  return document.getElementById(id);
}

// Only web addresses become links; anything else stays text.
export function link(url, text) {
  if (!/^https?:\/\/[^\s]+$/i.test(url)) {
    return document.createTextNode(text);
  }
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text);
}

// Many requests in one frame become one call, in the next frame.
export function oncePerFrame(action) {
  let asked = false;
  return () => {
    if (!asked) {
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        action();
      });
    }
  };
}
