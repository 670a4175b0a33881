import { render } from "preact";
import { App } from "./app.tsx";
import { Live } from "./live/live.ts";
import { applyTheme } from "./theme.ts";

applyTheme();
const live = new Live();
const place = document.querySelector("#app");
if (place !== null) render(<App live={live} />, place);
live.start();
