package io.firstline.connection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.firstline.config.PathConfig;
import io.firstline.config.WsConnectionConfig;
import io.firstline.config.check.JsonText;
import io.firstline.config.secret.BadSecretException;
import io.firstline.config.secret.Signer;
import io.firstline.config.secret.TemplateValues;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.Disconnect.Cause;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Opens the socket of one connection as its venue wants it proved: reads the secrets, fills in the placeholders of the
 * URL and the headers, and logs in. A socket that is not logged in never opens. Used for one attempt, on its context.
 */
public final class LoginConnector implements Connector {
    private final Connector sockets;
    private final Supplier<Future<Signer>> secrets;
    private final Supplier<Long> last;
    private final Scheduler scheduler;
    /** Null = the upgrade is enough. */
    private final LoginDialogue dialogue;

    private Signer signer = Signer.NONE;
    private JsonNode answer = MissingNode.getInstance();

    /**
     * Makes a connector for one attempt.
     *
     * @param secrets reads the secrets, not on the event loop
     * @param last the highest number that the feed has published; null = none
     */
    public LoginConnector(
            Connector sockets,
            Supplier<Future<Signer>> secrets,
            Supplier<Long> last,
            Scheduler scheduler,
            LoginDialogue dialogue) {
        this.sockets = sockets;
        this.secrets = secrets;
        this.last = last;
        this.scheduler = scheduler;
        this.dialogue = dialogue;
    }

    /** The secrets of the attempt; {@link Signer#NONE} until they are read. */
    public Signer signer() {
        return signer;
    }

    /** The answer of the endpoint that named the URL; missing = none. */
    public JsonNode answer() {
        return answer;
    }

    /** Headers whose placeholders are filled in now. */
    public Map<String, String> filled(Map<String, String> headers) {
        TemplateValues values = signer.at(scheduler.epochMicros() / 1_000, "", null);
        Map<String, String> filled = new LinkedHashMap<>();
        headers.forEach((name, template) -> filled.put(name, values.plain(template)));
        return filled;
    }

    /** A path whose placeholders are filled in now. */
    public PathConfig filled(PathConfig path) {
        return path.filled(signer.at(scheduler.epochMicros() / 1_000, "", null)::plain);
    }

    @Override
    public Future<Socket> connect(WsConnectionConfig config) {
        return secrets.get()
                .recover(failure -> Future.failedFuture(unusable(failure)))
                .compose(read -> {
                    signer = read;
                    return attempt(config);
                });
    }

    private Future<Socket> attempt(WsConnectionConfig config) {
        WsConnectionConfig filled;
        try {
            TemplateValues values = signer.at(scheduler.epochMicros() / 1_000, "", last.get());
            filled = AttemptConfig.of(config, values, signer::hidden);
        } catch (IllegalArgumentException wrong) { // its message may show a secret
            return Future.failedFuture(credentials("a secret has characters that its place in the URL, the headers or"
                    + " the sub-protocols cannot have"));
        }
        return sockets.open(filled).compose(opened -> {
            answer = opened.answer();
            signer = signer.with(pointer -> JsonText.value(answer, pointer), EndpointConnector.tokens(answer));
            return dialogue == null
                    ? Future.succeededFuture(opened.socket())
                    : new LoginSocket(opened.socket(), config, dialogue, signer, scheduler).logIn();
        });
    }

    private static Throwable unusable(Throwable failure) {
        return failure instanceof BadSecretException ? credentials(failure.getMessage()) : failure;
    }

    private static LoginFailedException credentials(String why) {
        return new LoginFailedException(new Disconnect(Cause.CREDENTIALS, 0, why));
    }

    @Override
    public String shown(String text) {
        return signer.hidden().masked(text);
    }

    @Override
    public Future<Void> close() {
        return sockets.close();
    }
}
