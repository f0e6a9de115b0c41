import { whenShown } from "../shell/dom";
import { startCommand } from "./command";
import { startOutline } from "./outline";
import { startPlace } from "./place";

whenShown("[data-place]", (place) => void startPlace(place));
whenShown("[data-outline]", (place) => void startOutline(place));
whenShown("[data-figures]", (place) => void startCommand(place));
