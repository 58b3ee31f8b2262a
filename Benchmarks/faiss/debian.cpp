/* FAISS as Debian ships it, its own search as it comes: answers one request a line, as quiver-bench-faiss does.
 *
 *     debian BASE.npy QUERIES.npy DIMENSION
 */

#include <faiss/AutoTune.h>
#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexNSG.h>
#include <faiss/VectorTransform.h>
#include <faiss/impl/io.h>
#include <faiss/index_factory.h>
#include <faiss/index_io.h>
#include <omp.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

extern "C" char *openblas_get_corename(void);

using Clock = std::chrono::steady_clock;

static double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

static std::vector<float> rows(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    unsigned char start[10];
    file.read(reinterpret_cast<char *>(start), 10);
    size_t header = 10 + start[8] + 256 * size_t(start[9]);
    file.seekg(0, std::ios::end);
    std::vector<float> values((size_t(file.tellg()) - header) / sizeof(float));
    file.seekg(long(header));
    file.read(reinterpret_cast<char *>(values.data()), long(values.size() * sizeof(float)));
    return values;
}

struct Bench {
    std::vector<float> base, queries;
    size_t dimension;
    std::unique_ptr<faiss::Index> index;

    std::string build(const std::string &factory, int threads, int ef_construction) {
        index.reset();
        index.reset(faiss::index_factory(int(dimension), factory.c_str(), faiss::METRIC_L2));
        if (auto *graph = dynamic_cast<faiss::IndexHNSW *>(index.get()); graph && ef_construction)
            graph->hnsw.efConstruction = ef_construction;
        size_t count = base.size() / dimension;
        omp_set_num_threads(threads);
        auto begin = Clock::now();
        index->train(long(count), base.data());
        double training = seconds_since(begin);
        begin = Clock::now();
        index->add(long(count), base.data());
        return "{\"train_seconds\": " + std::to_string(training) +
               ", \"add_seconds\": " + std::to_string(seconds_since(begin)) + "}";
    }

    std::string set(const std::string &settings) {
        if (settings == "-") return "{}";
        if (auto *graph = dynamic_cast<faiss::IndexNSG *>(index.get()); graph && settings.rfind("search_L=", 0) == 0)
            graph->nsg.search_L = std::stoi(settings.substr(9));
        else
            faiss::ParameterSpace().set_index_parameters(index.get(), settings.c_str());
        return "{}";
    }

    std::string search(size_t first, size_t count, size_t batch, size_t k, int threads, const std::string &path) {
        std::vector<faiss::Index::idx_t> labels(count * k);
        std::vector<float> distances(count * k);
        omp_set_num_threads(threads);
        auto begin = Clock::now();
        for (size_t i = 0; i < count; i += batch)
            index->search(
                long(std::min(batch, count - i)), queries.data() + (first + i) * dimension, long(k),
                distances.data() + i * k, labels.data() + i * k);
        double seconds = seconds_since(begin);
        if (path != "-")
            std::ofstream(path, std::ios::binary)
                .write(reinterpret_cast<char *>(labels.data()), long(labels.size() * sizeof labels[0]));
        return "{\"seconds\": " + std::to_string(seconds) + "}";
    }

    std::string respond(const std::string &request) {
        std::istringstream words(request);
        std::string verb, text;
        size_t numbers[5];
        words >> verb;
        if (verb == "version")
            return "{\"version\": \"" + std::to_string(FAISS_VERSION_MAJOR) + "." +
                   std::to_string(FAISS_VERSION_MINOR) + "." + std::to_string(FAISS_VERSION_PATCH) +
                   "\", \"openblas\": \"" + openblas_get_corename() + "\"}";
        if (verb == "build" && words >> text >> numbers[0] >> numbers[1])
            return build(text, int(numbers[0]), int(numbers[1]));
        if (verb == "set" && words >> text) return set(text);
        if (verb == "search") {
            for (auto &number : numbers) words >> number;
            if (words >> text)
                return search(numbers[0], numbers[1], numbers[2], numbers[3], int(numbers[4]), text);
        }
        if (verb == "size") {
            faiss::VectorIOWriter writer;
            faiss::write_index(index.get(), &writer);
            return "{\"bytes\": " + std::to_string(writer.data.size()) + "}";
        }
        if (verb == "save" && words >> text) return faiss::write_index(index.get(), text.c_str()), "{}";
        if (verb == "load" && words >> text) return index.reset(faiss::read_index(text.c_str())), "{}";
        if (verb == "drop") return index.reset(), "{}";
        return "{\"error\": \"unknown request\"}";
    }
};

int main(int count, char **arguments) {
    if (count != 4) return std::fprintf(stderr, "usage: debian BASE.npy QUERIES.npy DIMENSION\n"), 64;
    Bench bench{rows(arguments[1]), rows(arguments[2]), std::stoul(arguments[3]), nullptr};
    for (std::string request; std::getline(std::cin, request);) {
        std::string answer;
        try {
            answer = bench.respond(request);
        } catch (const std::exception &error) {
            answer = error.what();
            for (char &c : answer)
                if (c == '"' || c == '\\' || c < ' ') c = ' ';
            answer = "{\"error\": \"" + answer + "\"}";
        }
        std::cout << answer << std::endl;
    }
}
