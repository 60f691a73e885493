// Starts reveal.js, and makes every slide fit when it is shown.

// Size of the text and greatest height of a figure, in pixels of a 1280 x 720 slide: the first
// pair that fits is taken. Text does not get smaller than the last; such a slide scrolls.
const SIZES = [[28, 540], [28, 480], [26, 430], [25, 390], [24, 350]];

// The keys that lead on scroll a slide that does not fit to its end first.
function on(event) {
  const slide = Reveal.getCurrentSlide();
  if (event.shiftKey) Reveal.prev();
  else if (slide.scrollTop + slide.clientHeight < slide.scrollHeight - 2) {
    slide.scrollBy(0, 0.8 * slide.clientHeight);
  } else Reveal.next();
}

function fit(slide) {
  if (!slide) return;
  slide.scrollTop = 0;
  slide.classList.remove("long");
  for (const [text, figure] of SIZES) {
    slide.style.setProperty("--text", `${text}px`);
    slide.style.setProperty("--figure", `${figure}px`);
    if (slide.scrollHeight <= slide.clientHeight + 1) return;
  }
  slide.classList.add("long");
}

// After "load" the figures, which are part of the page, have their sizes.
window.addEventListener("load", async () => {
  Reveal.on("slidechanged", event => fit(event.currentSlide));
  await Reveal.initialize({
    width: 1280, height: 720, margin: 0.02, center: false, hash: true, slideNumber: "c/t",
    transition: "none", backgroundTransition: "none", controlsTutorial: false,
    keyboard: {32: on, 34: on}, // space and page down, which presenters' remotes send
  });
  await document.fonts.ready; // the font of the formulas
  fit(Reveal.getCurrentSlide());
});
