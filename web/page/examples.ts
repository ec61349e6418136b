// Programs to begin with: the project's own examples.

import block from "../../examples/block.attn";
import decode from "../../examples/decode.attn";
import head from "../../examples/head.attn";
import layer from "../../examples/layer.attn";
import matmul from "../../examples/matmul.attn";
import model from "../../examples/model.attn";
import norm from "../../examples/norm.attn";
import vote from "../../examples/vote.attn";
import window from "../../examples/window.attn";

export const EXAMPLES: { [name: string]: string } = {
    vote,
    head,
    decode,
    matmul,
    norm,
    window,
    layer,
    block,
    model,
};
