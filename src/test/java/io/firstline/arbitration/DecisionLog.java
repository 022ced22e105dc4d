package io.firstline.arbitration;

import java.util.ArrayList;
import java.util.List;

/** The decisions of an arbiter, as lines of text. */
final class DecisionLog<M> implements Arbiter.Output<M> {
    /** The merged stream. */
    final List<String> out = new ArrayList<>();
    /** The decisions about lines. */
    final List<String> facts = new ArrayList<>();
    /** Which lines have delivered a message, as bits, and its stream. */
    final List<String> settled = new ArrayList<>();
    /** The lines whose copies were held, and their streams. */
    final List<String> held = new ArrayList<>();

    @Override
    public void first(Line line, M message, boolean late) {
        out.add(late ? message + " late" : "" + message);
    }

    @Override
    public void inStep(Line line, boolean alone) {
        facts.add(line.slot + (alone ? " alone" : " in step"));
    }

    @Override
    public void outOfStep(Line line) {
        facts.add(line.slot + " out of step");
    }

    @Override
    public void conflict(Line line, int stream) {
        facts.add(line.slot + " conflicts in " + stream);
    }

    @Override
    public void settled(long lines, int stream) {
        settled.add(lines + " in " + stream);
    }

    @Override
    public void settledLate(Line line, long lines, int stream) {
        settled.add(line.slot + " after " + lines + " in " + stream);
    }

    @Override
    public void held(Line line, int stream) {
        held.add(line.slot + " in " + stream);
    }
}
