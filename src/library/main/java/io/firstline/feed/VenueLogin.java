package io.firstline.feed;

import io.firstline.config.secret.TemplateValues;
import io.firstline.config.venue.Login;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.Opening;
import io.firstline.connection.LoginDialogue;
import io.firstline.feed.message.LoginAnswers;
import io.firstline.payload.Payload;

/** The login of a venue, as its profile describes it. Runs on the feed's context. */
final class VenueLogin implements LoginDialogue {
    private final Opening opening;
    private final Login login;
    private final LoginAnswers answers;

    private VenueLogin(MessageFormat format) {
        this.opening = format.protocol().opening();
        this.login = opening.login();
        this.answers = new LoginAnswers(format);
    }

    /** Returns the login of a venue; null = it has none. */
    static VenueLogin of(MessageFormat format) {
        return format.protocol().opening().login().isNone() ? null : new VenueLogin(format);
    }

    @Override
    public int readyMs() {
        return opening.readyMs();
    }

    @Override
    public int waitMs() {
        return login.waitMs();
    }

    @Override
    public String request(TemplateValues values) {
        return login.send().startsWith("{") || login.send().startsWith("[")
                ? values.inJsonText(login.send())
                : values.plain(login.send());
    }

    @Override
    public Meaning of(Payload message) {
        answers.read(message);
        if (answers.isRefusal()) {
            return new Meaning(Sense.REFUSED, answers.words());
        }
        if (answers.isAcceptance()) {
            return new Meaning(Sense.ACCEPTED, "");
        }
        return answers.isReady() ? new Meaning(Sense.READY, "") : Meaning.NOTHING;
    }

    @Override
    public boolean isRefusedBy(int closeCode) {
        return login.refusedCodes().contains(closeCode);
    }
}
