#include "glimpse/output_archive.hpp"
#include "archives/archives.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "system/failure.hpp"
#include "system/new_file.hpp"
#include "system/syncing.hpp"

namespace glimpse {

/// The archive's writer, and its temporary file unless it goes to standard output.
class OutputArchive::Sink {
  public:
    explicit Sink(const std::string& name) : name_(name) {
        with_context(name_, [&] {
            if (name == standard_stream) return;
            remove_abandoned_files(std::filesystem::path(name).parent_path());
            file_.emplace(name);
        });
        writer_ = archives().create([this](std::span<const std::uint8_t> bytes) { write(bytes); },
                                    name == standard_stream ? Compression::none : compression_of(name));
    }

    void add(const std::string& member, std::span<const std::uint8_t> bytes) { writer_->add(member, bytes); }
    void publish(bool replace, bool sync) {
        writer_->finish();
        with_context(name_, [&] {
            if (file_) sync ? publish_synced(*file_, replace) : file_->publish(replace);
        });
    }

  private:
    void write(std::span<const std::uint8_t> bytes) {
        if (!file_) return write_standard_output(bytes);
        with_context(name_, [&] { file_->write(bytes); });
    }

    std::string name_;
    std::optional<NewFile> file_;
    std::unique_ptr<ArchiveWriter> writer_;
};

OutputArchive::OutputArchive(const OutputPlan& plan)
    : replace_(plan.options.existing != Existing::error),
      sync_(plan.options.sync),
      sink_(std::make_unique<Sink>(plan.options.archive)) {}

OutputArchive::~OutputArchive() = default;

void OutputArchive::add(const FinishedJob& done) {
    if (done.files.empty()) return;
    is_empty_ = false;
    for (const OutputFile& file : done.files) sink_->add(file.path.string(), file.bytes);
    const std::string record = reproducible_record(done.job, done.report) + "\n";
    sink_->add(done.paths.record.string(),
               {reinterpret_cast<const std::uint8_t*>(record.data()), record.size()});
}

void OutputArchive::publish() {
    sink_->publish(replace_, sync_);
}

}  // namespace glimpse
