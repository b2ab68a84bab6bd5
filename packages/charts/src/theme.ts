/** Okabe and Ito's palette: tells apart for every kind of colour vision, and in print. */
export const palette: readonly string[] = [
  "#0072B2",
  "#D55E00",
  "#009E73",
  "#CC79A7",
  "#E69F00",
  "#56B4E9",
  "#000000",
];

export const gray = "#595959";

/** Fonts and lines of every chart, as a Vega-Lite config. */
export const theme: object = {
  font: "Helvetica, Arial, DejaVu Sans, sans-serif",
  title: { fontSize: 16, subtitleFontSize: 12, subtitleColor: gray, subtitlePadding: 4 },
  axis: {
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: "normal",
    titlePadding: 10,
    gridColor: "#e6e6e6",
    domainColor: "#888888",
    tickColor: "#888888",
  },
  legend: {
    orient: "bottom",
    direction: "vertical",
    title: null,
    labelFontSize: 11,
    labelLimit: 0,
    symbolOpacity: 1,
    symbolType: "square",
    symbolSize: 80,
  },
  view: { stroke: null },
};
