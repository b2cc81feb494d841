// What the projector hears, beyond what players do: see ../shapes.js.

import { learn } from "../shapes.js";

learn(
  {
    TickerItem: { at: "int", kind: "str", player: "int", name: "str", q: "int" },
    Post: ["int", "int", "int?"],
    CourseLine: ["int", "str", "int[]", "int[]"],
  },
  {
    board_snapshot: {
      protocol: "int", now: "int", hunt: "HuntInfo", board: "BoardView", ticker: "TickerItem[]", announcements: "Notice[]",
    },
    ticker: { items: "TickerItem[]" },
    scene: { scene: "str?" },
    field: { now: "int", posts: "Post[]" },
    course: { start: "int", until: "int", lines: "CourseLine[]" },
    opening: { html: "str" },
  },
);
