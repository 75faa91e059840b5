#include "system/failure.hpp"

#include <exception>
#include <new>
#include <opencv2/core.hpp>

#include "glimpse/words.hpp"

namespace glimpse {

namespace {

std::string whole_message() {
    constexpr const char* no_memory = "there is not enough memory for it";
    try {
        throw;
    } catch (const std::bad_alloc&) {
        return no_memory;
    } catch (const cv::Exception& exception) {
        return exception.code == cv::Error::StsNoMem ? no_memory : exception.err;
    } catch (const std::exception& exception) {
        return exception.what();
    }
}

}  // namespace

std::string current_message() {
    return shortened(whole_message(), longest_message);
}

}  // namespace glimpse
