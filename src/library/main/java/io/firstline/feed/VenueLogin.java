package io.firstline.feed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.firstline.config.check.JsonText;
import io.firstline.config.secret.TemplateValues;
import io.firstline.config.venue.Login;
import io.firstline.config.venue.MessageFormat;
import io.firstline.config.venue.Opening;
import io.firstline.connection.LoginDialogue;
import java.util.ArrayList;
import java.util.List;

/** The login of a venue, as its profile describes it. Pure. */
final class VenueLogin implements LoginDialogue {
    private final Opening opening;
    private final Login login;
    private final List<String> errorText;

    private VenueLogin(MessageFormat format) {
        this.opening = format.protocol().opening();
        this.login = opening.login();
        this.errorText = format.notices().errorText();
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
    public Meaning of(String text) {
        JsonNode tree = JsonText.isJson(text) ? JsonText.tree(text, new ArrayList<>()) : null;
        JsonNode json = tree == null ? MissingNode.getInstance() : tree;
        if (login.isRefused(text, json)) {
            return new Meaning(Sense.REFUSED, Login.words(errorText, text, json));
        }
        if (login.isAccepted(text, json)) {
            return new Meaning(Sense.ACCEPTED, "");
        }
        return opening.ready().has(text, json) ? new Meaning(Sense.READY, "") : Meaning.NOTHING;
    }

    @Override
    public boolean isRefusedBy(int closeCode) {
        return login.refusedCodes().contains(closeCode);
    }
}
