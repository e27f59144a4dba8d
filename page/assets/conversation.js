// The conversation: Gradio calls this once with its `element`, `trigger` and `watch`.
const current = () => {
  const shown = document.querySelector('#article [data-shown]')?.dataset.shown;
  for (const button of element.querySelectorAll('[data-cite]')) {
    if (button.dataset.cite === shown) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }
};
// A new answer redraws the old ones; what was unfolded in them stays unfolded.
const unfolded = new Set();
// So do the forms of bad answers, with what was typed into them.
const begun = new Map();
const typed = ({elements: {expected, silent, note}}, focus) =>
  ({expected: expected.value, silent: silent.checked, note: note.value, focus});
const unfoldForm = (form, {expected, silent, note, focus}) => {
  form.hidden = false;
  form.parentElement.querySelector('[data-rate="bad"]').setAttribute('aria-expanded', 'true');
  form.elements.expected.value = expected;
  form.elements.silent.checked = silent;
  form.elements.note.value = note;
  if (focus) form.elements[focus].focus({preventScroll: true});
};
// The newest answer is kept in sight as it grows, unless it was scrolled away from.
const follow = (latest, isNew) => {
  const box = latest.getBoundingClientRect();
  const below = box.bottom - window.innerHeight + document.getElementById('asking').offsetHeight;
  if (below > 0 && box.top > 0 && (isNew || box.top < window.innerHeight)) {
    window.scrollBy(0, Math.min(below, box.top));
  }
};
// What is rated while an answer comes is sent after it, which would draw over what is said of it.
const rated = new Map();
const sendRated = () => {
  const [rating] = rated.values();
  if (!rating) return;
  if (element.querySelector('[data-kept]')) { rated.delete(rating.turn); trigger('submit', rating); return; }
  for (const {rate, turn} of rated.values()) {
    element.querySelector(`[data-rate="${rate}"][data-turn="${turn}"]`)?.setAttribute('aria-pressed', 'true');
  }
};
let seen = 0;
watch('value', () => {
  const turns = element.querySelectorAll('.turn');
  if (!turns.length) { unfolded.clear(); begun.clear(); rated.clear(); open(null); }
  element.querySelectorAll('form').forEach((form) => {
    if (begun.has(form.dataset.turn)) unfoldForm(form, begun.get(form.dataset.turn));
  });
  element.querySelectorAll('details').forEach((details, i) => { details.open = unfolded.has(i); });
  if (turns.length) follow(turns[turns.length - 1], turns.length > seen);
  seen = turns.length;
  const text = element.querySelector('.turns')?.dataset.kept;
  if (text) remember(text);
  current();
  sendRated();
});

// Browsers lend the clipboard's newer door to addresses of this machine, or with TLS, alone.
const put = async (text) => {
  if (navigator.clipboard) { await navigator.clipboard.writeText(text); return; }
  const fill = (event) => { event.clipboardData.setData('text/plain', text); event.preventDefault(); };
  document.addEventListener('copy', fill, {once: true});
  if (!document.execCommand('copy')) throw new Error('refused');
};
const copy = async (text, tool) => {
  let done = 'Copied';
  try { await put(text); } catch { done = 'Not allowed here'; }
  const before = tool.dataset.says ??= tool.textContent;
  tool.textContent = done;
  setTimeout(() => { tool.textContent = before; }, 1500);
};
const send = (rating) => { rated.set(rating.turn, rating); sendRated(); };
const rate = (tool) => {
  const form = tool.parentElement.querySelector('form');
  if (tool.dataset.rate === 'good') send({rate: 'good', turn: tool.dataset.turn});
  else if (form.hidden) {
    unfoldForm(form, typed(form, 'expected'));
    begun.set(tool.dataset.turn, typed(form, 'expected'));
    form.scrollIntoView({block: 'nearest'});
  } else {
    form.hidden = true;
    tool.setAttribute('aria-expanded', 'false');
    begun.delete(tool.dataset.turn);
  }
};
for (const kind of ['input', 'focusin']) {
  element.addEventListener(kind, ({target: {form, name}}) => {
    if (form) begun.set(form.dataset.turn, typed(form, name));
  });
}
element.addEventListener('submit', (event) => {
  event.preventDefault();
  event.stopPropagation();
  const {turn} = event.target.dataset;
  begun.delete(turn);
  send({rate: 'bad', turn, ...typed(event.target)});
});
element.addEventListener('click', (event) => {
  const folded = [...element.querySelectorAll('summary')].indexOf(event.target.closest('summary'));
  if (folded >= 0 && !unfolded.delete(folded)) unfolded.add(folded);
  const tool = event.target.closest('button, a.link');
  if (!tool) return;
  const {ask, again, cite, copy: text, rate: thumb} = tool.dataset;
  if (ask) trigger('select', {ask});
  if (again) trigger('select', {again: true});
  if (text) copy(text, tool);
  if (thumb) rate(tool);
  // A plain click copies the address; any other opens it as a link does.
  if (tool.matches('a.link') && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    copy(tool.href, tool);
  }
  if (!cite) return;
  const article = document.querySelector('#article [data-shown]');
  if (article?.dataset.shown === cite) article.dispatchEvent(new Event('pressroom:reveal'));
  else trigger('click', {cite});
});
document.addEventListener('pressroom:shown', current);

// Wherever a day is asked for, the browser offers a calendar.
document.addEventListener('focusin', ({target}) => { if (target.matches('.day input')) target.type = 'date'; });

// What the page opens with: the question of its address, or the conversation that was open before a reload.
whenListed(() => {
  const address = new URLSearchParams(window.location.search);
  const before = stored(sessionStorage.getItem(prefix) ?? '');
  const [since, until, outlet] = ['since', 'until', 'outlet'].map((part) => address.get(part));
  const linked = {link: true, ask: address.get('q'), after: address.getAll('after'), since, until, outlet};
  if (linked.ask) trigger('select', linked);
  else if (before) trigger('input', {kept: before.kept});
});
