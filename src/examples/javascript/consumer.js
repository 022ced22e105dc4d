// JavaScript on the JVM (GraalJS): `vertx` is the Java object, and a function is a handler.
let expected = 0;

vertx.eventBus().localConsumer("firstline.feed.demo", message => {
    const {sequence, late, asText} = read(message.body());
    if (expected && sequence > expected) {
        console.error(`missed ${sequence - expected}`);
    }
    expected = sequence + 1;
    console.log(`${sequence} ${late ? "late " : ""}${asText}`);
});

function read(feedMessage) {
    return {sequence: feedMessage.sequence(), late: feedMessage.late(), asText: feedMessage.asText()};
}
