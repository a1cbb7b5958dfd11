/** What `train --help` and `lr-find --help` say of rates and stages. */
export const TUNING_HELP = `Fine-tuning (start weights other than random) has two stages, and three groups of parameters: the stem and the first half of the body,
its second half, the head.

  as-described   the body is frozen for --freeze-epochs epochs (1; its norms go on learning) while the head learns at twice --lr; then all of it
                 learns for --epochs epochs, the first group at --body-lr (a hundredth of --lr), the head at --lr, the group between in the middle
  as-released    the same two stages, nothing frozen, one rate for all groups (--body-lr gives them different ones)

  xclassifier train N --init imagenet --freeze-epochs 2 --epochs 10 --lr 1e-3 --body-lr 1e-5 --weight-decay 0.01

\`xclassifier lr-find N\` with the same options suggests --lr: it trains up to 100 steps while the rate rises from 1e-7 to 10.`
