import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import software.amazon.event.ruler.Machine;

/**
 * AWS's own matcher on the patterns and events of bench/events.ts: prints the microseconds of processor time that one
 * event takes, and how many rules all of them matched.
 */
public class EventRuler {
    public static void main(String[] arguments) throws Exception {
        JsonNode input = new ObjectMapper().readTree(new File(arguments[0]));
        Machine machine = new Machine();
        int number = 0;
        for (JsonNode pattern : input.get("patterns")) machine.addRule("rule-" + number++, pattern.asText());
        List<String> events = new ArrayList<>();
        for (JsonNode event : input.get("events")) events.add(event.asText());
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        double least = Double.MAX_VALUE;
        long matched = 0;
        for (int round = 0; round < 60; round++) {
            matched = 0;
            long start = threads.getCurrentThreadCpuTime();
            for (String event : events) matched += machine.rulesForJSONEvent(event).size();
            least = Math.min(least, (threads.getCurrentThreadCpuTime() - start) / 1000.0 / events.size());
        }
        System.out.println(least + " " + matched);
    }
}
