"""``tf.image``, with the names of TensorFlow 1."""

from __future__ import annotations

from lambdalint.interp.values import Value

ATTRIBUTES: dict[str, Value] = {}

TABLE = """
image.resize(images, size, method='bilinear', preserve_aspect_ratio=False, antialias=False, name=None, \
    align_corners=False) : image_resize keeps_rank
image.resize_images(images, size, method=0, align_corners=False, preserve_aspect_ratio=False, \
    name=None) : image_resize keeps_rank
image.resize_bilinear, image.resize_nearest_neighbor, image.resize_bicubic, image.resize_area(images, \
    size, align_corners=False, name=None, half_pixel_centers=False) : image_resize keeps_rank
image.resize_with_crop_or_pad, image.resize_image_with_crop_or_pad(image, target_height, target_width) \
    : image_crop
image.resize_with_pad(image, target_height, target_width, method='bilinear', antialias=False) : image_crop
image.resize_image_with_pad(image, target_height, target_width, method=0, align_corners=False) : image_crop
image.crop_to_bounding_box, image.pad_to_bounding_box(image, offset_height, offset_width, \
    target_height, target_width) : image_crop
image.central_crop(image, central_fraction) : image_crop
image.crop_and_resize(image, boxes, box_indices, crop_size, method='bilinear', extrapolation_value=0.0, \
    name=None; box_ind=box_indices) : crop
image.extract_glimpse(input, size, offsets, centered=True, normalized=True, noise='uniform', name=None) \
    : image_resize keeps_rank
image.extract_patches(images, sizes, strides, rates, padding, name=None) : extract_patches
image.extract_image_patches, extract_image_patches(images, ksizes=None, strides=None, rates=None, \
    padding=None, name=None, sizes=None) : extract_patches
image.per_image_standardization, image.per_image_whitening(image) : last_axis last=3 size=same
image.flip_left_right(image) : reverse axis=-2
image.flip_up_down(image) : reverse axis=-3
image.random_flip_left_right, image.random_flip_up_down(image, seed=None) : noise
image.random_brightness, image.random_hue(image, max_delta, seed=None) : noise
image.random_contrast, image.random_saturation(image, lower, upper, seed=None) : noise
image.random_jpeg_quality(image, min_jpeg_quality, max_jpeg_quality, seed=None) : noise
image.stateless_random_brightness, image.stateless_random_hue(image, max_delta, seed) : noise
image.stateless_random_contrast, image.stateless_random_saturation(image, lower, upper, seed=None) : noise
image.stateless_random_flip_left_right, image.stateless_random_flip_up_down(image, seed) : noise
image.random_crop, random_crop, image.stateless_random_crop(value, size, seed=None, name=None) : random_crop
image.adjust_brightness(image, delta) : map sign=any
image.adjust_hue(image, delta, name=None) : last_axis size=same
image.adjust_contrast(images, contrast_factor) : last_axis last=3 size=same
image.adjust_gamma(image, gamma=1, gain=1) : map sign=any
image.adjust_saturation(image, saturation_factor, name=None) : last_axis size=same
image.convert_image_dtype(image, dtype, saturate=False, name=None) : cast scale
image.rgb_to_grayscale(images, name=None) : last_axis size=1
image.grayscale_to_rgb(images, name=None) : last_axis size=3
image.rgb_to_hsv, image.hsv_to_rgb(images, name=None) : last_axis size=same
image.rgb_to_yiq, image.rgb_to_yuv, image.yiq_to_rgb, image.yuv_to_rgb(images) : last_axis size=same
image.rot90(image, k=1, name=None) : rot90
image.transpose, image.transpose_image(image, name=None) : image_transpose
image.image_gradients(image) : pair inner=last_axis last=3 size=same
image.sobel_edges(image) : add_last size=2 last=3
image.total_variation(images, name=None) : last_axis last=3 rank=-3
image.psnr(a, b, max_val, name=None) : per_sample rank=1
image.ssim(img1, img2, max_val, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, \
    return_index_map=False) : per_sample rank=1
image.ssim_multiscale(img1, img2, max_val, power_factors=(0.0448, 0.2856, 0.3001, 0.2363, 0.1333), \
    filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03) : per_sample rank=1
image.draw_bounding_boxes(images, boxes, colors=None, name=None) : per_sample rank=4
image.non_max_suppression(boxes, scores, max_output_size, iou_threshold=0.5, score_threshold=-1e999, \
    name=None) : suppressed
image.non_max_suppression_with_scores(boxes, scores, max_output_size, iou_threshold=0.5, \
    score_threshold=-1e999, soft_nms_sigma=0.0, name=None) : suppressed pair=scores
image.non_max_suppression_padded(boxes, scores, max_output_size, iou_threshold=0.5, \
    score_threshold=-1e999, pad_to_max_output_size=False, name=None, sorted_input=False, \
    canonicalized_coordinates=False, tile_size=512) : unknown_result
image.combined_non_max_suppression(boxes, scores, max_output_size_per_class, max_total_size, \
    iou_threshold=0.5, score_threshold=-1e999, pad_per_class=False, clip_boxes=True, name=None) : \
    suppressed_by_sample
image.decode_image, io.decode_image(contents, channels=None, dtype='uint8', name=None, \
    expand_animations=True) : single_item dtype=uint8
image.decode_png, io.decode_png(contents, channels=0, dtype='uint8', name=None) : single_item dtype=uint8 \
    rank=3
image.decode_jpeg, io.decode_jpeg(contents, channels=0, ratio=1, fancy_upscaling=True, \
    try_recover_truncated=False, acceptable_fraction=1, dct_method='', name=None) : single_item dtype=uint8 \
    rank=3
image.decode_bmp, io.decode_bmp(contents, channels=0, name=None) : single_item dtype=uint8 rank=3
image.decode_webp, io.decode_webp(contents, channels=0, dtype='uint8', name=None) : single_item dtype=uint8
image.decode_gif, io.decode_gif(contents, name=None) : single_item dtype=uint8
image.decode_and_crop_jpeg(contents, crop_window, channels=0, ratio=1, fancy_upscaling=True, \
    try_recover_truncated=False, acceptable_fraction=1, dct_method='', name=None) : single_item dtype=uint8 \
    rank=3
image.extract_jpeg_shape(contents, output_type='int32', name=None) : single_item dtype=int32
image.encode_png(image, compression=-1, name=None) : single_item dtype=string
image.stateless_random_jpeg_quality(image, min_jpeg_quality, max_jpeg_quality, seed) : noise
image.non_max_suppression_overlaps(overlaps, scores, max_output_size, overlap_threshold=0.5, \
    score_threshold=-1e999, name=None) : suppressed
contrib.image.transform, contrib.image.rotate, contrib.image.translate(images, transforms, \
    interpolation='NEAREST', output_shape=None, name=None; angles=transforms, translations=transforms) : \
    last_axis last=3 size=same
image.adjust_jpeg_quality(image, jpeg_quality, dct_method='', name=None) : last_axis last=3 size=same
"""
