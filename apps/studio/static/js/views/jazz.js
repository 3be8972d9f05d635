// The Jazz view: a tune, a chart or a file in; takes out, played, seen as a roll and as a sheet.

import { recipeOf } from "../jazz/recipe.js";
import { Setup } from "../jazz/setup.js";
import { addressOf, Stage } from "../jazz/stage.js";
import { sessionTools } from "../shelf.js";
import { store } from "../state.js";
import { TradePanel } from "../trade/panel.js";
import { el, intro } from "../ui.js";

export async function mount(section, api) {
  const setup = new Setup(api);
  const stage = new Stage(api, (recipe, options) => setup.request(recipe, options));
  setup.onstart = (recipe, options) => stage.improvise(recipe, options);
  stage.onplayed = () => setup.fold(true);
  stage.onbusy = (busy) => setup.busy(busy);
  setup.onstop = () => stage.stop();
  let traded = null; // the recipe of the trade that is played
  const trade = new TradePanel({
    api,
    player: stage.player,
    instruments: stage.instruments,
    request: async () => {
      traded = await setup.wanted();
      return traded && setup.request(traded, { takes: 1 });
    },
    begin: (take) => {
      setup.fold(true);
      stage.beginTrade(take);
    },
    add: (part, note) => stage.roll.add(part, note),
    keep: (take, body) => stage.keepTrade(traded, take, body),
    end: () => stage.endTrade(),
  });
  stage.canvas.after(trade.node);
  section.append(
    intro("jazz", "Jazz", "A network improvises over a tune, a chart or a file of yours, with a band."),
    el("div", { class: "stack jazz" }, setup.node, stage.node, sessionTools()),
  );
  await setup.fill();

  // A recipe with a seed is a take: the kept one, or it is made again. Without one it sets what is asked for.
  async function open({ values }) {
    const recipe = recipeOf(values);
    const kept = recipe.seed && (await store.get("takes", addressOf(recipe)));
    if (!stage.take || !kept) await setup.set(recipe);
    if (kept) stage.show(kept);
    else if (recipe.trade) {
      await first();
      stage.error.show("This trade is in the browser that it was played in. Save everything as a file there, and open it here.");
    }
    else if (recipe.seed) await stage.improvise(recipe, { plays: false });
    else if (!stage.take) await first();
  }

  // Something to listen to, before anything was asked for.
  async function first() {
    const [newest] = await store.all("takes");
    if (newest) stage.show(newest);
    else await stage.improvise(setup.recipe, { plays: false });
  }

  return { open };
}
