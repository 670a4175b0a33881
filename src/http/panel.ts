/** What a route with a panel sends, for whoever shows it. */
export type { Panel, PanelAction, PanelCard, PanelFact, PanelSection } from "../ports/panel.ts";
