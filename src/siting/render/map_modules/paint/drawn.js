// What the last painting put on the upper canvas, for the legend and for the tests.

export const drawn = {
  mode: "none",
  verdicts: [0, 0, 0, 0],
  people: 0,
  facilities: 0,
  sites: 0,
  texts: [],
  ms: 0,
};

// The legend explains groups of homes, so it is drawn again when dots turn into groups or back.
let noticedMode = "none";

let whenModeChanges = null;

export function onModeChange(action) {
  whenModeChanges = action;
}

export function noticeMode() {
  if (whenModeChanges && drawn.mode !== noticedMode) {
    noticedMode = drawn.mode;
    whenModeChanges();
  }
}
