package io.firstline.connection;

import io.firstline.config.WsConnectionConfig;
import io.firstline.config.secret.Signer;
import io.firstline.connection.LoginDialogue.Meaning;
import io.firstline.connection.report.Disconnect;
import io.firstline.connection.report.Disconnect.Cause;
import io.firstline.connection.report.DropCause;
import io.firstline.payload.Payload;
import io.firstline.payload.Printable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.util.ArrayDeque;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket on which the client logs in before anyone else uses it. Messages that arrive before the server has
 * accepted the login belong to it: they are neither passed on nor recorded. All waits are bounded, and so is what is read. Runs
 * on the context of the socket.
 */
final class LoginSocket extends ForwardingSocket implements Socket.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(LoginSocket.class);
    /** A longer message is no answer to a login. */
    private static final int MAX_ANSWER_BYTES = 65_536;
    /** A server that sends so many messages does not answer. */
    private static final int MAX_MESSAGES = 1_000;

    private static final int MAX_WORDS = 200;

    private enum Step {
        WAITING,
        ASKED,
        ACCEPTED,
        FAILED
    }

    private final LoginDialogue dialogue;
    private final Signer signer;
    private final Scheduler scheduler;
    private final MessageAssembler assembler;
    private final Promise<Socket> result = Promise.promise();
    /** Events after the login, until there is a listener. */
    private final Queue<Runnable> early = new ArrayDeque<>();

    private Step step = Step.WAITING;
    private Socket.Listener target;
    private long timer = -1;
    private int messages;

    LoginSocket(Socket socket, WsConnectionConfig config, LoginDialogue dialogue, Signer signer, Scheduler scheduler) {
        super(socket);
        this.dialogue = dialogue;
        this.signer = signer;
        this.scheduler = scheduler;
        this.assembler = new MessageAssembler(config.maxMessageBytes(), new MessageAssembler.Sink() {
            @Override
            public void message(Payload payload) {
                judge(payload);
            }

            @Override
            public void dropped(DropCause cause, long bytes) {
                LOG.debug("{} dropped a message during the login: {}", config.connectionId(), cause);
            }

            @Override
            public void endless(String what) {
                fail(new Disconnect(Cause.OVERSIZE, 0, what));
            }
        });
    }

    /** Logs in; returns this socket, or fails with a {@link LoginFailedException}. */
    Future<Socket> logIn() {
        try {
            socket.listen(this);
        } catch (IllegalStateException over) {
            ended();
            return result.future();
        }
        if (step == Step.WAITING && dialogue.readyMs() > 0) {
            timer = scheduler.once(dialogue.readyMs(), this::ask);
        } else if (step == Step.WAITING) {
            ask();
        }
        return result.future();
    }

    private void ask() {
        String login;
        try {
            login = dialogue.request(signer.at(scheduler.epochMicros() / 1_000, "", null));
        } catch (IllegalArgumentException lacking) { // the answer of the endpoint lacks a value
            fail(new Disconnect(Cause.ENDPOINT, 0, "the endpoint: an answer with " + lacking.getMessage()));
            return;
        }
        step = Step.ASKED;
        scheduler.cancel(timer);
        timer = scheduler.once(
                dialogue.waitMs(),
                () -> fail(new Disconnect(
                        Cause.LOGIN_UNANSWERED, 0, "no answer to the login within " + dialogue.waitMs() + " ms")));
        socket.writeText(login)
                .onFailure(e -> fail(new Disconnect(Cause.LOGIN_UNANSWERED, 0, "the login could not be sent")));
    }

    private void judge(Payload payload) {
        if (step != Step.WAITING && step != Step.ASKED) {
            return;
        }
        if (++messages > MAX_MESSAGES) {
            fail(new Disconnect(
                    Cause.LOGIN_UNANSWERED, 0, "more than " + MAX_MESSAGES + " messages, but no answer to the login"));
            return;
        }
        if (payload.length() > MAX_ANSWER_BYTES) {
            return;
        }
        Meaning meaning = dialogue.of(payload);
        switch (meaning.sense()) {
            case READY -> {
                if (step == Step.WAITING) {
                    ask();
                }
            }
            case ACCEPTED -> {
                if (step == Step.ASKED) {
                    step = Step.ACCEPTED;
                    scheduler.cancel(timer);
                    result.complete(this); // the listener is set before this returns
                }
            }
            case REFUSED -> refused(meaning.words());
            case NOTHING -> {}
        }
    }

    private void refused(String words) {
        String shown = Printable.of(signer.hidden().masked(words), MAX_WORDS);
        fail(new Disconnect(
                Cause.LOGIN_REFUSED, 0, "the server refused the login" + (shown.isBlank() ? "" : ": " + shown)));
    }

    private void fail(Disconnect why) {
        if (step != Step.WAITING && step != Step.ASKED) {
            return;
        }
        step = Step.FAILED;
        scheduler.cancel(timer);
        socket.cutOff().onComplete(done -> LOG.debug("login failed: {}", why));
        result.fail(new LoginFailedException(why));
    }

    private void serverCloses() {
        int code = socket.closeCode() == null ? 0 : socket.closeCode();
        String words = socket.closeReason() == null ? "" : socket.closeReason();
        if (dialogue.isRefusedBy(code)) {
            refused(words);
        } else {
            fail(new Disconnect(
                    Cause.CLOSED,
                    code,
                    "during the login"
                            + (words.isBlank() ? "" : ": " + signer.hidden().masked(words))));
        }
    }

    // events of the socket

    private boolean isOver() {
        return step == Step.ACCEPTED;
    }

    private void later(Runnable event) {
        if (target == null) {
            early.add(event);
        } else {
            event.run();
        }
    }

    @Override
    public void readBegins() {
        if (target != null) {
            target.readBegins();
        }
    }

    @Override
    public void readEnds() {
        if (target != null) {
            target.readEnds();
        }
    }

    @Override
    public void frame(WebSocketFrame frame) {
        if (isOver()) {
            later(() -> target.frame(frame));
            return;
        }
        switch (frame.type()) {
            case TEXT -> assembler.onFrame(true, true, frame.isFinal(), frame.binaryData());
            case BINARY -> assembler.onFrame(true, false, frame.isFinal(), frame.binaryData());
            case CONTINUATION -> assembler.onFrame(false, false, frame.isFinal(), frame.binaryData());
            case CLOSE -> serverCloses();
            default -> {
                // pings are answered
            }
        }
    }

    @Override
    public void message(Payload payload) {
        if (target != null) {
            target.message(payload);
        } else if (isOver()) {
            Payload kept = new Payload().over(payload.toBuffer(), payload.isText());
            early.add(() -> target.message(kept));
        } else {
            assembler.onMessage(payload);
        }
    }

    @Override
    public void ping() {
        if (target != null) {
            target.ping();
        }
    }

    @Override
    public void oversize(long bytes) {
        if (isOver()) {
            later(() -> target.oversize(bytes));
        }
    }

    @Override
    public void unfinished() {
        if (target != null) {
            target.unfinished();
        }
    }

    @Override
    public void pong(Buffer payload) {
        if (target != null) {
            target.pong(payload);
        }
    }

    @Override
    public void failed(Throwable failure) {
        if (isOver()) {
            later(() -> target.failed(failure));
        } else {
            Disconnect why = ConnectionEnd.of(failure, 1006);
            fail(new Disconnect(
                    why.cause(),
                    why.code(),
                    "during the login: " + signer.hidden().masked(why.reason())));
        }
    }

    @Override
    public void ended() {
        if (isOver()) {
            later(() -> target.ended());
        } else if (socket.closeCode() != null) {
            serverCloses();
        } else {
            fail(new Disconnect(Cause.EOF, 1006, "closed during the login"));
        }
    }

    // the socket

    @Override
    public void listen(Listener listener) {
        target = listener;
        while (!early.isEmpty()) {
            early.remove().run();
        }
    }
}
