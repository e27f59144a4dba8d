// The conversations that this browser keeps, one entry of its store each; begins the script of the conversation.
let past;
let prefix;
const stored = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
const kept = () => Object.keys(localStorage)
  .filter((key) => key.startsWith(prefix))
  .map((key) => ({key, ...stored(key)}))
  .filter((one) => one.kept)
  .sort((a, b) => b.when - a.when);
const open = (key) => { key ? sessionStorage.setItem(prefix, key) : sessionStorage.removeItem(prefix); };
const button = (text, label, action) => {
  const made = document.createElement('button');
  Object.assign(made, {type: 'button', textContent: text});
  if (label) made.setAttribute('aria-label', label);
  made.addEventListener('click', action);
  return made;
};
const list = () => {
  const all = kept();
  past.querySelector('.none').hidden = all.length > 0;
  past.querySelector('[data-forget]').hidden = all.length === 0;
  past.querySelector('ul').replaceChildren(...all.map((one) => {
    const item = document.createElement('li');
    const day = document.createElement('span');
    day.textContent = new Date(one.when).toLocaleString([], {dateStyle: 'medium', timeStyle: 'short'});
    item.append(
      button(one.title, '', () => { past.open = false; open(one.key); trigger('input', {kept: one.kept}); }),
      day,
      button('Forget', `Forget: ${one.title}`, () => { localStorage.removeItem(one.key); list(); }),
    );
    return item;
  }));
};
// The oldest make room when the browser's store is full.
const store = (key, value) => {
  for (const oldest of [null, ...kept().reverse().filter((one) => one.key !== key)]) {
    if (oldest) localStorage.removeItem(oldest.key);
    try { localStorage.setItem(key, JSON.stringify(value)); return; } catch { /* full, or not allowed */ }
  }
};
const remember = (text) => {
  const {name, turns} = JSON.parse(JSON.parse(text).told);
  const title = turns[0].asked[0];
  store(prefix + name, {when: Date.now(), title, kept: text});
  open(prefix + name);
  list();
};
// Its list is another part of the page, which may come later than this one.
const whenListed = (then) => {
  past = document.querySelector('#past details');
  if (!past) { requestAnimationFrame(() => whenListed(then)); return; }
  prefix = `pressroom:${past.dataset.library}:`;
  past.querySelector('[data-forget]').addEventListener('click', () => {
    if (!confirm('Forget all conversations that this browser keeps?')) return;
    kept().forEach((one) => localStorage.removeItem(one.key));
    list();
  });
  past.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') { past.open = false; past.querySelector('summary').focus(); }
  });
  list();
  then();
};
