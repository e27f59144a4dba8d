// The article beside the list: Gradio calls this once with its `element` and `watch`.
const back = () => {
  const shown = element.querySelector('[data-shown]')?.dataset.shown;
  const opener = [...document.querySelectorAll('#list [data-open]')].find((b) => b.dataset.open === shown);
  opener?.scrollIntoView({block: 'center'});
  opener?.focus({preventScroll: true});
};
watch('value', () => {
  document.dispatchEvent(new Event('pressroom:opened'));
  const text = element.querySelector('.text');
  const box = element.getBoundingClientRect();
  if (text && (box.top < 0 || box.bottom > window.innerHeight)) element.scrollIntoView({block: 'start'});
  text?.focus({preventScroll: true});
});
element.addEventListener('click', (event) => { if (event.target.closest('.back')) back(); });
element.addEventListener('keydown', (event) => { if (event.key === 'Escape') back(); });
