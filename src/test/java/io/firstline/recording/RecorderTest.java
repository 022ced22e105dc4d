package io.firstline.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.integration.Quiet;
import io.firstline.recording.RecordedEntry.Kind;
import io.firstline.testkit.Await;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Writes connections' copies and reads them again, also with a full disk and incomplete files. */
@Execution(ExecutionMode.CONCURRENT)
class RecorderTest {
    private static final long PATIENT_MS = 3_600_000;

    @TempDir
    Path folder;

    @BeforeAll
    static void quiet() {
        Quiet.logs();
    }

    private static RecordingHeader header(String feed) {
        return new RecordingHeader(feed, "", 0, 2, List.of("a@trade"), "wss://x/?token=***", 1_600_000_000_000_000L);
    }

    private Recorder recorder(FileFactory disk, long maxFileBytes, int queue, long retryMs) {
        Recorder recorder = new Recorder(
                disk, folder, header("f"), maxFileBytes, queue, retryMs, System::nanoTime, InstantSource.system());
        recorder.start();
        return recorder;
    }

    private static void copies(Recorder recorder, String connection, int from, int to) {
        for (int i = from; i < to; i++) {
            recorder.copy(connection, Buffer.buffer("message " + i), true, System.nanoTime());
        }
    }

    private static List<String> expected(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "message " + i).toList();
    }

    private static List<RecordedEntry> entries(Recording recording) {
        List<RecordedEntry> all = new ArrayList<>();
        try (Entries entries = recording.entries()) {
            for (RecordedEntry next = entries.next(); next != null; next = entries.next()) {
                all.add(next);
            }
        }
        return all;
    }

    private static List<String> texts(Recording recording) {
        return entries(recording).stream()
                .filter(RecordedEntry::isMessage)
                .map(each -> each.payload().toString())
                .toList();
    }

    private static void assertExact(Recorder.Figures figures, long given) {
        assertThat(figures.copies() + figures.behind() + figures.failed())
                .as("%s", figures)
                .isEqualTo(given);
    }

    @Test
    void shouldReadWhatItWroteAsItCame() {
        Buffer binary = Buffer.buffer(new byte[] {0, 1, (byte) 0xFF, '\n'});
        String odd = "{\"a\":\"\\u00e9 é € 😀 \n\t\\\"\"}";
        long before = System.nanoTime();
        try (Recorder recorder = Recorder.start(folder, "f", 2, List.of("s"), "wss://x/", 1 << 20)) {
            recorder.opened("f-1");
            recorder.opened("f-2");
            recorder.copy("f-1", Buffer.buffer(odd), true, before);
            recorder.copy("f-2", binary, false, before + 1_500);
            recorder.copy("f-1", Buffer.buffer(), true, before + 2_500);
            recorder.closed("f-2", "eof (1006)");
            recorder.copy("f-2", Buffer.buffer("after the end"), true, before + 3_000);
        }

        List<Recording> read = Recording.readFolder(folder);

        assertThat(read).extracting(each -> each.header().connection()).containsExactly("f-1", "f-2");
        assertThat(read).extracting(Recording::feed).containsOnly("f");
        assertThat(read).allSatisfy(each -> {
            assertThat(each.header().connections()).isEqualTo(2);
            assertThat(each.header().streams()).containsExactly("s");
        });
        List<RecordedEntry> one = entries(read.get(0));
        List<RecordedEntry> two = entries(read.get(1));
        assertThat(one).extracting(RecordedEntry::kind).containsExactly(Kind.OPENED, Kind.TEXT, Kind.TEXT);
        assertThat(two).extracting(RecordedEntry::kind).containsExactly(Kind.OPENED, Kind.BINARY, Kind.CLOSED);
        assertThat(one).extracting(RecordedEntry::number).containsExactly(1L, 3L, 5L);
        assertThat(two).extracting(RecordedEntry::number).containsExactly(2L, 4L, 6L);
        assertThat(one.get(1).payload().toString()).isEqualTo(odd);
        assertThat(one.get(2).payload().length()).isZero();
        assertThat(two.get(1).payload()).isEqualTo(binary);
        assertThat(two.get(2).payload()).hasToString("eof (1006)");
        assertThat(two.get(1).steadyNanos() - one.get(1).steadyNanos()).isEqualTo(1_500);
        assertThat(one.get(1).receivedUs() / 1_000)
                .isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis());
        assertThat(one.get(1).steadyNanos() / 1_000_000)
                .isBetween(System.currentTimeMillis() - 60_000, System.currentTimeMillis());
    }

    @Test
    void shouldGoOnAfterAnEntryThatCannotBeWritten() {
        ByteBuf freed = Unpooled.buffer().writeBytes(new byte[5]);
        Buffer broken = BufferInternal.buffer(freed);
        freed.release();
        Recorder recorder = recorder(FileFactory.REAL, 1 << 20, 100_000, PATIENT_MS);
        copies(recorder, "f-1", 0, 100);
        recorder.copy("f-1", broken, true, System.nanoTime());
        copies(recorder, "f-1", 100, 200);
        recorder.close();

        assertThat(recorder.figures().copies()).isEqualTo(200);
        assertThat(recorder.figures().failed()).isEqualTo(1);
        assertThat(texts(Recording.readFolder(folder).get(0))).isEqualTo(expected(0, 200));
    }

    @Test
    void shouldMakeFilesForTheirOwnerOnly() throws IOException {
        Recorder recorder = recorder(FileFactory.REAL, 1 << 20, 100, PATIENT_MS);
        copies(recorder, "f-1", 0, 1);
        recorder.close();

        assertThat(Recording.filesIn(folder)).hasSize(1);
        assertThat(Files.getPosixFilePermissions(Recording.filesIn(folder).get(0)))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void shouldReadNoEndlessLineIntoMemory() throws IOException {
        Path file = folder.resolve("bomb.jsonl.gz");
        byte[] zeros = new byte[1 << 20];
        Arrays.fill(zeros, (byte) '0');
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            for (long written = 0; written <= 2 * Recording.MAX_BYTES; written += zeros.length) {
                out.write(zeros);
            }
        }

        assertThatThrownBy(() -> Recording.read(file))
                .isInstanceOf(RecordingException.class)
                .hasMessageContaining("longer than");
    }

    @Test
    void shouldGoOnInAnotherFileWhenOneIsFull() {
        Recorder recorder = recorder(FileFactory.REAL, 1_000, 100_000, PATIENT_MS);
        copies(recorder, "f-1", 0, 30_000);
        recorder.close();

        assertThat(Recording.filesIn(folder)).hasSizeGreaterThan(5);
        assertThat(recorder.figures().files())
                .isEqualTo(Recording.filesIn(folder).size());
        assertThat(recorder.figures().bytes())
                .isEqualTo(Recording.filesIn(folder).stream()
                        .mapToLong(file -> file.toFile().length())
                        .sum());
        assertThat(recorder.figures().copies()).isEqualTo(30_000);
        List<Recording> read = Recording.readFolder(folder);
        assertThat(read).hasSize(1);
        assertThat(texts(read.get(0))).isEqualTo(expected(0, 30_000));
    }

    /** Cuts the file at each length: only the complete lines are read. */
    @Test
    void shouldReadWhatIsWholeOfATornFile() throws Exception {
        Recorder recorder = recorder(FileFactory.REAL, 1 << 20, 1_000, PATIENT_MS);
        copies(recorder, "f-1", 0, 300);
        recorder.close();
        Path file = Recording.filesIn(folder).get(0);
        byte[] whole = Files.readAllBytes(file);
        int longest = 0;

        for (int length = whole.length - 1; length > 200; length -= 7) {
            try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
                cut.setLength(length);
            }
            List<String> texts = texts(Recording.read(file));
            assertThat(texts).isEqualTo(expected(0, texts.size()));
            longest = Math.max(longest, texts.size());
        }
        assertThat(longest).isEqualTo(300);
    }

    @Test
    void shouldReadWhatWasFlushedWhileItIsWritten() {
        Recorder recorder = recorder(FileFactory.REAL, 1 << 20, 1_000, PATIENT_MS);
        copies(recorder, "f-1", 0, 100);
        Await.until(
                () -> recorder.figures().toString(), () -> recorder.figures().copies() == 100);

        assertThat(texts(Recording.readFolder(folder).get(0))).isEqualTo(expected(0, 100));
        recorder.close();
    }

    @Test
    void shouldGoOnWhenTheDiskTakesMoreAgain() {
        AtomicBoolean full = new AtomicBoolean();
        Recorder recorder = recorder(full(full), 1 << 20, 10_000, 1);
        copies(recorder, "f-1", 0, 100);
        Await.until("written", () -> recorder.figures().copies() == 100);
        full.set(true);
        copies(recorder, "f-1", 100, 200);
        Await.until(
                () -> recorder.figures().toString(), () -> recorder.figures().failed() == 100);
        long files = Recording.filesIn(folder).size();
        copies(recorder, "f-1", 200, 201);
        Await.until("failed again", () -> recorder.figures().failed() == 101);
        assertThat(Recording.filesIn(folder))
                .as("an empty file for each attempt would be too many")
                .hasSize((int) files);
        full.set(false);
        Await.until("retry time over", () -> {
            copies(recorder, "f-1", 201, 202);
            return recorder.figures().copies() > 100;
        });
        recorder.close();

        assertThat(texts(Recording.readFolder(folder).get(0)))
                .startsWith("message 0")
                .containsAll(expected(0, 100))
                .contains("message 201")
                .doesNotContain("message 150");
    }

    /** A disk that accepts nothing while it is full. */
    private static FileFactory full(AtomicBoolean full) {
        return file -> new FilterOutputStream(FileFactory.REAL.create(file)) {
            @Override
            public void write(byte[] source, int offset, int length) throws IOException {
                if (full.get()) {
                    throw new IOException("No space left on device");
                }
                out.write(source, offset, length);
            }
        };
    }

    @Test
    void shouldEndInOrderOnADiskThatIsFull() {
        AtomicBoolean full = new AtomicBoolean();
        Recorder recorder = recorder(full(full), 1 << 20, 10_000, PATIENT_MS);
        copies(recorder, "f-1", 0, 100);
        recorder.closed("f-1", "eof");
        Await.until("written", () -> recorder.figures().copies() == 100);
        copies(recorder, "f-2", 0, 10);
        full.set(true);
        copies(recorder, "f-2", 10, 20);
        recorder.close();

        assertThat(recorder.figures().failed()).isBetween(10L, 20L);
        assertExact(recorder.figures(), 120);
    }

    @Test
    void shouldCountWhatCannotBeWrittenToAFolderThatIsGone() throws Exception {
        Path gone = Files.createDirectory(folder.resolve("gone"));
        Recorder recorder = new Recorder(
                FileFactory.REAL, gone, header("f"), 1 << 20, 10_000, 1, System::nanoTime, InstantSource.system());
        recorder.start();
        copies(recorder, "f-1", 0, 100);
        Await.until("written", () -> recorder.figures().copies() == 100);
        for (Path file : Recording.filesIn(gone)) {
            Files.delete(file);
        }
        Files.delete(gone);
        copies(recorder, "f-1", 100, 200);
        Await.until(
                () -> recorder.figures().toString(), () -> recorder.figures().failed() == 100);
        recorder.close();
    }

    @Test
    void shouldDropCopiesOfTheRecordingWhenTheDiskIsSlow() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        FileFactory disk = file -> {
            try {
                if (!slow.await(10, TimeUnit.SECONDS)) {
                    throw new IOException("for ever");
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return FileFactory.REAL.create(file);
        };
        Recorder recorder = recorder(disk, 1 << 20, 100, PATIENT_MS);
        copies(recorder, "f-1", 0, 1);
        Await.until("the writer at work", () -> Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("recorder-f")
                        && thread.getState() == Thread.State.TIMED_WAITING
                        && List.of(thread.getStackTrace()).toString().contains("CountDownLatch")));
        copies(recorder, "f-1", 1, 1_000);
        slow.countDown();
        Await.until(
                () -> recorder.figures().toString(), () -> recorder.figures().behind() > 0);
        recorder.close();

        assertThat(recorder.figures().behind()).isEqualTo(899);
        assertExact(recorder.figures(), 1_000);
        assertThat(texts(Recording.readFolder(folder).get(0))).isEqualTo(expected(0, 101));
    }

    @Test
    void shouldPlayALongRecordingWithoutHoldingIt() {
        Recorder recorder = recorder(FileFactory.REAL, 1 << 20, 100_000, PATIENT_MS);
        copies(recorder, "f-1", 0, 20_000);
        recorder.close();
        List<String> played = new ArrayList<>();

        try (Playback playback = Recording.readFolder(folder).get(0).play()) {
            while (!(playback.peek() == null && playback.isOver())) {
                RecordedEntry next = playback.peek();
                if (next == null) {
                    Thread.onSpinWait();
                } else {
                    played.add(next.payload().toString());
                    playback.take();
                }
            }
        }

        assertThat(played).isEqualTo(expected(0, 20_000));
    }

    @Test
    void shouldEndThePlaybackOfNobody() {
        Recorder recorder = recorder(FileFactory.REAL, 1 << 20, 100_000, PATIENT_MS);
        copies(recorder, "f-1", 0, 20_000);
        recorder.close();
        Playback playback = Recording.readFolder(folder).get(0).play();
        Await.until("something", () -> playback.peek() != null);

        playback.close();

        Await.until("no reader", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("recording-reader")));
        assertThat(playback.isOver()).isTrue();
    }

    private static final String HEADER =
            "{'recording':1,'feed':'f','connection':'f-1','part':0,'connections':1,'streams':[],'url':'','started_us':1}#";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{'recording':2}#                               | 1 | found recording 2",
                "{'recording':1,'feed':7}#                      | 1 | found feed 7 in its first line, allowed: a text",
                "{'recording':1,'feed':'f','connection':'c','url':'','part':'x'}#   | 1 | found part",
                "{'recording':1,'feed':'f','connection':'c','url':'','part':0}#     | 1 | found connections",
                "H{'t_us':1,'msg':'a'}#                         | 2 | t_ns is not a whole number",
                "H{'t_us':1,'t_ns':1,'n':1,'bin':'%'}#          | 2 | bin is not base64",
                "H{'t_us':1,'t_ns':1,'n':1,'mark':'what'}#      | 2 | msg is not a text, and there is no bin and no mark",
                "H{'t_us':1,'t_ns':1,'n':1,'msg':'a'}#no#       | 3 | not JSON",
                "{'t_us':9223372036854775807,'msg':'a'}         | 1 | t_us is beyond",
            })
    void shouldNameFileLineAndProblem(String content, int line, String problem) throws IOException {
        Path file = folder.resolve("bad.jsonl");
        Files.writeString(
                file, content.strip().replace("H", HEADER).replace('\'', '"').replace('#', '\n'));

        assertThatThrownBy(() -> entries(Recording.read(file)))
                .isInstanceOfSatisfying(RecordingException.class, e -> assertThat(e.lineNumber())
                        .isEqualTo(line))
                .hasMessageContaining(file.toString())
                .hasMessageContaining(problem);
    }

    @Test
    void shouldTellWhatCannotBeReadWhileItIsPlayed() throws IOException {
        Path file = folder.resolve("bad.jsonl");
        Files.writeString(
                file,
                (HEADER + "{'t_us':1,'t_ns':1,'n':1,'msg':'a'}#no#")
                        .replace('\'', '"')
                        .replace('#', '\n'));
        Playback playback = Recording.read(file).play();
        Await.until("the first", () -> playback.peek() != null);
        playback.take();

        Await.until("the failure", () -> {
            try {
                return playback.peek() != null;
            } catch (RecordingException e) {
                return e.lineNumber() == 3;
            }
        });
    }

    @Test
    void shouldNeedSomethingToRead() throws IOException {
        assertThatThrownBy(() -> Recording.readFolder(folder)).hasMessageContaining("no .jsonl or .jsonl.gz file");
        assertThat(Recording.filesIn(folder.resolve("none"))).isEmpty();
        Path empty = Files.createFile(folder.resolve("killed-at-once.jsonl.gz"));
        assertThatThrownBy(() -> Recording.readFolder(folder)).hasMessageContaining("with a message in it");
        assertThatThrownBy(() -> Recording.read(empty)).hasMessageContaining("no message in it");

        Files.writeString(folder.resolve("a.jsonl"), "{\"t_us\":1,\"msg\":\"a\"}\n");

        assertThat(Recording.readFolder(folder)).hasSize(1);
    }

    /** Other tools can read the files: gzip, then lines of JSON. */
    @Test
    void shouldWritePlainGzipEndedInOrder() throws IOException {
        Recorder recorder = recorder(FileFactory.REAL, 1 << 20, 100, PATIENT_MS);
        copies(recorder, "f-1", 0, 2);
        recorder.close();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(folder.resolve("f-1-0000.jsonl.gz")));
                OutputStream out = text) {
            in.transferTo(out);
        }

        assertThat(text.toString(java.nio.charset.StandardCharsets.UTF_8).lines())
                .hasSize(3)
                .first()
                .asString()
                .isEqualTo("{\"recording\":1,\"feed\":\"f\",\"connection\":\"f-1\",\"part\":0,\"connections\":2,"
                        + "\"streams\":[\"a@trade\"],\"url\":\"wss://x/?token=***\",\"started_us\":1600000000000000}");
        try (OutputStream other = new GZIPOutputStream(Files.newOutputStream(folder.resolve("none.jsonl.gz")))) {
            other.write('\n');
        }
        assertThatThrownBy(() -> Recording.readFolder(folder)).hasMessageContaining("no message in it");
    }
}
