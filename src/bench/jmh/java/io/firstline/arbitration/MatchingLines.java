package io.firstline.arbitration;

/** The output of an arbiter whose lines all deliver the same messages, in step. */
public class MatchingLines<M> implements Arbiter.Output<M> {
    public static final ArbiterSettings SETTINGS =
            new ArbiterSettings(16_384, 60_000_000_000L, 2_500_000_000L, 250_000_000L);

    @Override
    public void first(Line line, M message, boolean late) {}

    @Override
    public void inStep(Line line, boolean alone) {}

    @Override
    public void conflict(Line line, int stream) {
        throw new IllegalStateException("conflict");
    }

    @Override
    public void outOfStep(Line line) {
        throw new IllegalStateException("out of step");
    }
}
