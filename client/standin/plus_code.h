// Open Location Codes ("plus codes") of ten digits: about 14 by 14 metres.
#pragma once

#include <cstdint>
#include <string>

namespace herd::standin {

// "85633HM2+HQ" for 3406893, -11844512. Hundred-thousandths of a degree, within 90 and 180 degrees.
std::string PlusCode(int32_t latitude_e5, int32_t longitude_e5);

}  // namespace herd::standin
